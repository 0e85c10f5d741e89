namespace Aggregator.Server.Tests;

/// <summary>What every answer says about itself, whoever gives it.</summary>
[Collection(OneServer.Name)]
public sealed class HeadersTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Every_answer_of_every_route_says_how_it_may_be_used(string scheme)
    {
        var doors = Doors.Of(_server).ToList();
        Assert.Contains(doors, door => door.Path == "/v1/stream");
        foreach (var (method, path, _) in doors)
        {
            using var answer = await _server.Anybody.Knock(method, path, ("Accept", "text/html"), ("X-Forwarded-Proto", scheme));
            Look(answer, method, path, scheme);
        }
    }

    [Theory]
    [InlineData("GET", "/no/such/thing", 404)]
    [InlineData("PATCH", "/v1/services", 405)]
    [InlineData("POST", "/v1/services/x/reports", 415)]
    [InlineData("GET", "/v1/spikes?level=loud", 400)]
    [InlineData("HEAD", "/v1/spikes", 200)]
    [InlineData("OPTIONS", "/v1/spikes", 405)]
    public async Task So_do_refusals(string method, string path, int status)
    {
        using var answer = await _server.Anybody.Knock(method, path);
        Assert.Equal(status, (int)answer.StatusCode);
        Look(answer, method, path, "http");
    }

    [Fact]
    public async Task So_does_the_answer_that_nothing_has_changed()
    {
        using var first = await _server.Anybody.GetAsync("/v1/regions");
        using var again = await _server.Anybody.Knock("GET", "/v1/regions", ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Look(again, "GET", "/v1/regions", "http");
    }

    [Fact]
    public async Task Other_sites_may_read_what_is_for_everybody_and_nothing_more()
    {
        foreach (var (method, path, endpoint) in Doors.Of(_server))
        {
            // Comments are for everybody where the operator says so; a script of another site cannot send a key for others.
            var isForAll = method is "GET" or "HEAD" && !path.StartsWith("/operate", StringComparison.Ordinal) && (endpoint.Metadata.GetMetadata<NeededScope>() is null || path.EndsWith("/comments", StringComparison.Ordinal));
            using var answer = await _server.Anybody.Knock(method, path, ("Origin", "https://elsewhere.example"));
            var allowed = answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins.Single() : null;
            Assert.True(isForAll ? allowed is "*" : allowed is null, $"{method} {path} lets {allowed ?? "nobody"} read {(int)answer.StatusCode}.");
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        }
    }

    [Theory]
    [InlineData("POST", "/v1/services/x/reports")]
    [InlineData("POST", "/v1/reports")]
    [InlineData("PUT", "/v1/services/x")]
    [InlineData("DELETE", "/v1/services/x")]
    [InlineData("PATCH", "/v1/subscriptions/x")]
    public async Task Another_sites_script_that_asks_whether_it_may_write_is_not_told_so(string method, string path)
    {
        using var answer = await _server.Anybody.Knock("OPTIONS", path, ("Origin", "https://elsewhere.example"), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "authorization,content-type"));
        Assert.DoesNotContain(method, answer.Headers.TryGetValues("Access-Control-Allow-Methods", out var methods) ? string.Join(',', methods) : "", StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Headers"));
    }

    private static void Look(HttpResponseMessage answer, string method, string path, string scheme)
    {
        var who = $"{method} {path} ({(int)answer.StatusCode})";
        Assert.True(One("X-Content-Type-Options") == "nosniff", who);
        Assert.True(One("Referrer-Policy") == "same-origin", who);
        Assert.True(One("Strict-Transport-Security") == (scheme == "https" ? "max-age=31536000" : null), who);

        var policy = (One("Content-Security-Policy") ?? "").Split("; ");
        var framed = path.StartsWith("/embed/", StringComparison.Ordinal) ? "*" : path.StartsWith("/operate", StringComparison.Ordinal) || path.StartsWith("/docs", StringComparison.Ordinal) ? "'none'" : "'self'";
        Assert.True(policy.Contains("default-src 'self'") && policy.Contains("object-src 'none'") && policy.Contains("base-uri 'none'"), who);
        Assert.True(policy.Contains($"frame-ancestors {framed}"), $"{who}: {string.Join("; ", policy)}");
        Assert.True(path.StartsWith("/docs", StringComparison.Ordinal) || !policy.Any(part => part.Contains("unsafe", StringComparison.Ordinal)), who);
        Assert.False(answer.Headers.Contains("Server"), who);

        string? One(string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
    }
}
