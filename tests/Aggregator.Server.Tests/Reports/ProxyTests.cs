namespace Aggregator.Server.Tests;

/// <summary>A server behind a proxy that names the region, and that lets an address send three reports a minute, and a network six.</summary>
public sealed class BehindProxy : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RunningServer.Start([.. RunningServer.BelievingProxies, "Regions:Header=CF-IPCountry", "Reports:RatePerReporter=3", "Reports:RatePerNetwork=6"]);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class ProxyTests(BehindProxy fixture) : IClassFixture<BehindProxy>
{
    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData("FR", "FR")]
    [InlineData("XX", "ZZ")]
    [InlineData("T1", "ZZ")]
    [InlineData("ALL", "ZZ")]
    [InlineData("fr", "ZZ")]
    public async Task The_trusted_header_names_the_region_whatever_the_body_says(string told, string region)
    {
        var answer = await _server.Report(await _server.NewService(), new { region = "US" }, headers: ("CF-IPCountry", told)).Json(HttpStatusCode.Accepted);
        Assert.Equal(region, answer.Text("region"));
    }

    [Fact]
    public async Task An_address_that_sends_too_much_is_told_when_to_come_back_and_others_are_not()
    {
        var (service, address) = (await _server.NewService(), RunningServer.NewAddress());
        using var refused = await UntilRefused(3, _ => _server.Report(service, new { }, address));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal("\"reporter\";q=3;w=60", refused.Headers.GetValues("RateLimit-Policy").Single());
        Assert.Matches("^\"reporter\";r=0;t=[0-9]+$", refused.Headers.GetValues("RateLimit").Single());
        await Task.FromResult(refused).Problem(429, "too-many-reports");
        await _server.Report(service, new { }).Json(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_network_that_sends_too_much_is_told_to_wait()
    {
        var service = await _server.NewService();
        using var refused = await UntilRefused(6, i => _server.Report(service, new { }, $"172.16.1.{i}"));
        Assert.Equal("\"network\";q=6;w=60", refused.Headers.GetValues("RateLimit-Policy").Single());
        Assert.Matches("^\"network\";r=0;t=[0-9]+$", refused.Headers.GetValues("RateLimit").Single());
        await Task.FromResult(refused).Problem(429, "too-many-reports");
        await _server.Report(service, new { }, "172.16.2.3").Json(HttpStatusCode.Accepted);
    }

    [Fact]
    public Task An_IPv6_reporter_is_a_64_whatever_it_calls_itself() =>
        OneReporter("2001:db8:1:2::1", "[2001:db8:1:2::2]", "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2:ffff::");

    [Fact]
    public Task A_port_makes_no_other_reporter() => OneReporter("10.251.1.1:1", "10.251.1.1:2", "10.251.1.1");

    [Fact]
    public Task Of_several_values_the_last_that_is_no_proxy_is_the_reporter() =>
        OneReporter("198.51.100.1, 10.251.2.1, 127.0.0.9", "198.51.100.2, 10.251.2.1", "nonsense, 10.251.2.1, 127.0.0.9, 127.0.0.8");

    [Theory]
    [InlineData("X-Forwarded-For", "::ffff:198.51.{0}.7:5000")]
    [InlineData("X-Forwarded-For", "[2001:db8:{0}::1]:443")]
    [InlineData("Forwarded", "for=\"[2001:db8:{0}::1]:443\";proto=https")]
    public async Task Fifty_visitors_count_as_fifty(string header, string value)
    {
        var outcomes = await Outcomes(header, visitor => value.Replace("{0}", $"{visitor}", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Repeat("counted", 50), outcomes);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "_hidden")]
    [InlineData("X-Real-IP", "198.51.100.7")]
    public async Task Visitors_whom_the_proxy_does_not_name_have_the_share_of_one_network(string header, string value)
    {
        await using var server = await RunningServer.Start(RunningServer.BelievingProxies);
        var outcomes = await Outcomes(header, _ => value, server);
        Assert.Equal([("counted", 20), ("quarantined", 30)], outcomes.GroupBy(outcome => outcome).Select(group => (group.Key, group.Count())));

        using var client = await FormClient.SignedIn(server);
        Assert.Contains($"its {header} names no client", await client.Page("/operate"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData(",")]
    [InlineData("1.2.3")]
    [InlineData("999.1.1.1")]
    [InlineData("1.2.3.4:99999")]
    [InlineData("[::1")]
    [InlineData("::1]:5")]
    [InlineData("fe80::1%eth0")]
    [InlineData("' OR 1=1 --, <script>, 10.250.1.1")]
    [InlineData("unknown, _hidden, 10.250.2.1")]
    public async Task Whatever_is_forwarded_is_no_fault_of_ours(string from)
    {
        using var answer = await _server.Report(await _server.NewService(), new { }, from);
        Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.TooManyRequests, $"{answer.StatusCode}");
    }

    [Fact]
    public async Task A_value_without_end_is_no_fault_of_ours()
    {
        using var answer = await _server.Report(await _server.NewService(), new { }, string.Join(',', Enumerable.Repeat("127.0.0.1", 1000)));
        Assert.InRange((int)answer.StatusCode, 200, 499);
    }

    [Fact]
    public async Task The_form_on_the_page_has_the_same_limit_and_says_so_to_people()
    {
        var (service, address) = (await _server.NewService(), RunningServer.NewAddress());
        using var refused = await UntilRefused(3, async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/services/{service}/report") { Content = new FormUrlEncodedContent([]), Headers = { { "X-Forwarded-For", address } } };
            return await _server.Anybody.SendAsync(request);
        });
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Contains("as many reports as it may", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<List<string>> Outcomes(string header, Func<int, string> value, RunningServer? of = null)
    {
        var server = of ?? _server;
        var (service, outcomes) = (await server.NewService(), new List<string>());
        for (var visitor = 1; visitor <= 50; visitor++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/services/{service}/reports") { Content = JsonContent.Create(new { }) };
            request.Headers.TryAddWithoutValidation(header, value(visitor));
            outcomes.Add((await server.Anybody.SendAsync(request).Json(HttpStatusCode.Accepted)).Text("outcome")!);
        }

        return outcomes;
    }

    private async Task OneReporter(params string[] from)
    {
        var service = await _server.NewService();
        using var refused = await UntilRefused(3, i => _server.Report(service, new { }, from[i % from.Length]));
        Assert.Equal("\"reporter\";q=3;w=60", refused.Headers.GetValues("RateLimit-Policy").Single());
    }

    /// <summary>Sends until it is too much; the end of a window may fall into it, so that there are two.</summary>
    private static async Task<HttpResponseMessage> UntilRefused(int limit, Func<int, Task<HttpResponseMessage>> send)
    {
        for (var i = 0; i <= 2 * limit; i++)
        {
            var answer = await send(i);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.InRange(i, limit, 2 * limit);
                return answer;
            }

            Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
            answer.Dispose();
        }

        throw new InvalidOperationException("It was never too much.");
    }
}

public sealed class NoProxyTests
{
    [Fact]
    public async Task A_forwarded_header_is_not_believed_from_a_network_that_is_not_known()
    {
        await using var server = await RunningServer.Start("Regions:Header=CF-IPCountry", "ForwardedHeaders_Enabled=true");
        var service = await server.NewService();
        Assert.Equal("counted", (await server.Report(service, new { }, "10.1.1.1").Json(HttpStatusCode.Accepted)).Text("outcome"));
        Assert.Equal("duplicate", (await server.Report(service, new { }, "10.2.2.2").Json(HttpStatusCode.Accepted)).Text("outcome"));
        Assert.Equal("FR", (await server.Report(service, new { }, headers: ("CF-IPCountry", "FR")).Json(HttpStatusCode.Accepted)).Text("region"));

        using var client = await FormClient.SignedIn(server);
        Assert.Contains("ForwardedHeaders:KnownNetworks does not name", await client.Page("/operate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_region_header_is_not_believed_from_a_peer_beside_the_known_networks()
    {
        await using var server = await RunningServer.Start("Regions:Header=CF-IPCountry", "ForwardedHeaders:KnownNetworks:0=198.51.100.0/24");
        var service = await server.NewService();
        Assert.Equal("ZZ", (await server.Report(service, new { }, headers: ("CF-IPCountry", "FR")).Json(HttpStatusCode.Accepted)).Text("region"));
    }

    [Fact]
    public async Task Who_forges_a_forwarded_header_has_the_limit_of_their_own_address()
    {
        await using var server = await RunningServer.Start("Reports:RatePerReporter=3");
        var service = await server.NewService();
        var statuses = new List<HttpStatusCode>();
        for (var i = 1; i <= 7; i++)
        {
            using var answer = await server.Report(service, new { }, $"10.1.{i}.1");
            statuses.Add(answer.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }
}
