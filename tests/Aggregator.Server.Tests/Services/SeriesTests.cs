namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class SeriesTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData("10s", 10)]
    [InlineData("1m", 60)]
    [InlineData("5m", 300)]
    [InlineData("15m", 900)]
    [InlineData("1h", 3600)]
    [InlineData("1d", 86_400)]
    public async Task Each_interval_has_its_steps_on_the_grid_and_the_report_in_the_last(string interval, int seconds)
    {
        var service = await _server.NewService();
        await _server.Report(service, new { region = "US", symptom = "login" }).Json(HttpStatusCode.Accepted);
        var from = RunningServer.Now.AddHours(-2);
        var read = await Eventually.Is(
            "the report in the series",
            () => _server.Get($"/v1/services/{service}/series?region=US&interval={interval}&from={from:yyyy-MM-ddTHH:mm:ss}Z"),
            answer => answer.List("points").Sum(Reports) == 1);

        Assert.Equal(["service", "region", "interval", "points", "symptoms"], read.Names());
        Assert.Equal((service, "US", interval), (read.Text("service"), read.Text("region"), read.Text("interval")));
        Assert.Equal(1, read.GetProperty("symptoms").Number("login"));
        var points = read.List("points");
        Assert.All(points, point => Assert.Equal(["at", "reports", "expected", "usual"], point.Names()));
        var moments = points.Select(point => point.GetProperty("at").GetDateTimeOffset()).ToList();
        Assert.All(moments, at => Assert.Equal(0, at.ToUnixTimeSeconds() % seconds));
        Assert.All(moments.Zip(moments.Skip(1)), pair => Assert.Equal(seconds, (pair.Second - pair.First).TotalSeconds));
        Assert.InRange(from - moments[0], TimeSpan.Zero, TimeSpan.FromSeconds(seconds));
        Assert.Equal(1, points.Reverse().Take(3).Sum(Reports));
        Assert.EndsWith("Z", points[0].Text("at"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10s")]
    [InlineData("1m")]
    public async Task Before_the_server_was_there_nobody_could_report_and_that_is_not_a_zero(string interval)
    {
        var service = await _server.NewService();
        await _server.Report(service, new { region = "US" }).Json(HttpStatusCode.Accepted);
        var points = (await Eventually.Is("the report", () => _server.Get($"/v1/services/{service}/series?region=US&interval={interval}"), answer => answer.List("points").Sum(Reports) == 1)).List("points");
        Assert.Equal(JsonValueKind.Null, points[0].GetProperty("reports").ValueKind);
        Assert.Equal(JsonValueKind.Number, points[^1].GetProperty("reports").ValueKind);
    }

    [Fact]
    public async Task Without_a_query_it_is_the_last_day_of_all_regions_in_five_minutes()
    {
        var read = await _server.Get($"/v1/services/{await _server.NewService()}/series");
        Assert.Equal(("ALL", "5m"), (read.Text("region"), read.Text("interval")));
        Assert.InRange(read.List("points").Length, 288, 289);
    }

    [Theory]
    [InlineData("interval=2m", "interval")]
    [InlineData("interval=10s&from=-30h", "from")]
    [InlineData("from=-60d", "from")]
    [InlineData("interval=1m&from=-30d", "interval")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=soon", "to")]
    [InlineData("from=-1h&to=-2h", "from")]
    public async Task A_bad_query_is_told_by_its_field(string query, string field)
    {
        foreach (var (ago, moment) in new[] { ("-30h", -30), ("-60d", -60 * 24), ("-30d", -30 * 24), ("-1h", -1), ("-2h", -2) })
            query = query.Replace(ago, RunningServer.Now.AddHours(moment).ToString("yyyy-MM-ddTHH:mm:ssZ"), StringComparison.Ordinal);
        await _server.Anybody.GetAsync($"/v1/services/x/series?{query}").Problem(400, "invalid", field);
    }

    [Fact]
    public async Task A_region_outside_the_catalog_is_unknown() => await _server.Anybody.GetAsync("/v1/services/x/series?region=QX").Problem(404, "unknown-region");

    private static long Reports(JsonElement point) => point.GetProperty("reports") is { ValueKind: JsonValueKind.Number } counted ? counted.GetInt64() : 0;
}
