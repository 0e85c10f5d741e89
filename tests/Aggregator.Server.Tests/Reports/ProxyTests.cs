namespace Aggregator.Server.Tests;

/// <summary>A server behind a proxy that names the region, and that lets an address send three reports a minute.</summary>
public sealed class BehindProxy : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RunningServer.Start([.. RunningServer.BelievingProxies, "Regions:Header=CF-IPCountry", "Reports:RatePerReporter=3"]);

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
    public async Task An_address_that_sends_too_much_is_told_to_wait_and_others_are_not()
    {
        var (service, address) = (await _server.NewService(), RunningServer.NewAddress());
        for (var i = 0; i < 3; i++) await _server.Report(service, new { }, address).Json(HttpStatusCode.Accepted);

        using var refused = await _server.Report(service, new { }, address);
        await Task.FromResult(refused).Problem(429, "too-many-reports");
    }

    [Fact]
    public async Task A_refusal_says_when_to_come_back()
    {
        var (service, address) = (await _server.NewService(), RunningServer.NewAddress());
        for (var i = 0; i < 3; i++) await _server.Report(service, new { }, address).Json(HttpStatusCode.Accepted);

        using var refused = await _server.Report(service, new { }, address);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal("\"reports\";q=3;w=60", refused.Headers.GetValues("RateLimit-Policy").Single());
        Assert.Matches("^\"reports\";r=0;t=[0-9]+$", refused.Headers.GetValues("RateLimit").Single());
        await _server.Report(service, new { }).Json(HttpStatusCode.Accepted);
    }
}

public sealed class NoProxyTests
{
    [Fact]
    public async Task A_forwarded_header_is_not_believed_from_a_network_that_is_not_known()
    {
        await using var server = await RunningServer.Start();
        var service = await server.NewService();
        Assert.Equal("counted", (await server.Report(service, new { }, "10.1.1.1").Json(HttpStatusCode.Accepted)).Text("outcome"));
        Assert.Equal("duplicate", (await server.Report(service, new { }, "10.2.2.2").Json(HttpStatusCode.Accepted)).Text("outcome"));
        Assert.Equal("ZZ", (await server.Report(service, new { }, headers: ("CF-IPCountry", "FR")).Json(HttpStatusCode.Accepted)).Text("region"));
    }
}
