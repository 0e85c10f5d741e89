namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class RegionsTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task The_regions_of_a_service_are_those_reported_from()
    {
        var service = await _server.NewService();
        for (var i = 0; i < 3; i++) await _server.Report(service, new { region = "US", symptom = "login" }).Json(HttpStatusCode.Accepted);
        await _server.Report(service, new { region = "GB" }).Json(HttpStatusCode.Accepted);

        var read = await Eventually.Is("both regions", () => _server.Get($"/v1/services/{service}/regions"), answer => answer.List("regions").Sum(one => one.GetProperty("reports").Number("15m")) == 4);
        Assert.Equal(["at", "service", "regions"], read.Names());
        Assert.Equal(["US", "GB"], read.List("regions").Select(region => region.Text("region")));

        var states = read.List("regions")[0];
        Assert.Equal(["region", "name", "level", "reason", "since", "reports", "expected", "symptoms", "networks", "evidence"], states.Names());
        Assert.Equal(["1m", "5m", "15m", "1h", "24h"], states.GetProperty("reports").Names());
        Assert.Equal(3, states.GetProperty("symptoms").Number("login"));
        Assert.Equal(3, states.Number("networks"));
        Assert.NotEqual("US", states.Text("name"));

        var evidence = states.GetProperty("evidence");
        Assert.Equal(["region", "reason", "observed", "expected", "ratio", "score", "onset", "usual", "window", "networks", "chance", "sentence"], evidence.Names());
        Assert.Equal(("US", states.Text("reason")), (evidence.Text("region"), evidence.Text("reason")));
        Assert.Equal(JsonValueKind.Null, evidence.GetProperty("chance").ValueKind);
        Assert.EndsWith(".", evidence.Text("sentence"), StringComparison.Ordinal);
        Assert.EndsWith("Z", states.Text("since"), StringComparison.Ordinal);

        var one = await _server.Get($"/v1/services/{service}/regions/US");
        Assert.Equal(states.Names(), one.Names());
        Assert.Equal(4, (await _server.Get($"/v1/services/{service}/regions/ALL")).GetProperty("reports").Number("15m"));
    }

    [Fact]
    public async Task A_region_nobody_reported_from_has_zeros()
    {
        var read = await _server.Get($"/v1/services/{await _server.NewService()}/regions/FR");
        Assert.Equal((0, 0), (read.GetProperty("reports").Number("24h"), read.Number("networks")));
    }

    [Theory]
    [InlineData("QX")]
    [InlineData("us")]
    public async Task A_region_outside_the_catalog_is_unknown(string region) =>
        await _server.Anybody.GetAsync($"/v1/services/x/regions/{region}").Problem(404, "unknown-region");
}
