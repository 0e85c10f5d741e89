namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class DowndetectorTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;
    private readonly DateTimeOffset _from = new DateTimeOffset(RunningServer.Now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-5);

    [Fact]
    public async Task Bars_of_a_quarter_of_an_hour_become_minutes_that_add_up_to_them_however_often_they_are_sent()
    {
        var service = await _server.NewService();
        for (var i = 0; i < 2; i++)
        {
            var answer = await Post(service, "US", $"[{Bar(_from.AddMinutes(15), 20)},{Bar(_from, 7)},{Bar(_from.AddMinutes(30), null)}]").Json(HttpStatusCode.OK);
            Assert.Equal(["service", "region", "interval", "points", "minutes", "leftOut"], answer.Names());
            Assert.Equal((service, "US", "15m"), (answer.Text("service"), answer.Text("region"), answer.Text("interval")));
            Assert.Equal((2, 30, 1), (answer.Number("points"), answer.Number("minutes"), answer.Number("leftOut")));

            foreach (var region in new[] { "US", "ALL" })
            {
                Assert.Equal([7, 20, null], await Series(service, region, "15m", 45));
                var minutes = await Series(service, region, "1m", 45);
                Assert.All(minutes[..15], count => Assert.InRange(count!.Value, 0, 1));
                Assert.All(minutes[15..30], count => Assert.InRange(count!.Value, 1, 2));
                Assert.All(minutes[30..], Assert.Null);
            }
        }
    }

    [Fact]
    public async Task What_is_usual_is_learned_from_weeks_of_bars()
    {
        var service = await _server.NewService();
        await Post(service, "US", $"[{string.Join(',', Enumerable.Range(0, 4 * 96).Select(i => Bar(_from.AddMinutes(15 * i), 600)))}]").Json(HttpStatusCode.OK);
        var read = await _server.Get($"/v1/services/{service}/regions/US");
        Assert.InRange(read.GetProperty("expected").GetProperty("15m").GetDouble(), 300, 1200);
        Assert.Empty((await _server.Get($"/v1/spikes?service={service}")).List("spikes"));
    }

    [Fact]
    public async Task Hours_are_taken_as_hours_when_it_is_said_and_refused_when_it_is_not()
    {
        var service = await _server.NewService();
        var bars = $"[{Bar(_from, 60)},{Bar(_from.AddHours(1), 120)}]";
        await Post(service, "US", bars).Problem(400, "invalid", "interval");
        Assert.Equal([null], await Series(service, "US", "1h", 60));
        await Post(service, "US", bars, "1h").Json(HttpStatusCode.OK);
        Assert.Equal([60, 120], await Series(service, "US", "1h", 120));
    }

    [Fact]
    public async Task The_bar_that_is_not_over_is_left_out_and_seconds_and_offsets_are_understood()
    {
        var service = await _server.NewService();
        var answer = await Post(service, "US", $$"""[{"point_in_time":"{{_from.AddHours(2).AddSeconds(6):yyyy-MM-ddTHH:mm:ss}}+02:00","total":15},{{Bar(RunningServer.Now.AddMinutes(-1), 5)}}]""", "15m").Json(HttpStatusCode.OK);
        Assert.Equal((1, 15, 1), (answer.Number("points"), answer.Number("minutes"), answer.Number("leftOut")));
        Assert.Equal([15], await Series(service, "US", "15m", 15));
    }

    [Theory]
    [InlineData("[]", "$")]
    [InlineData("""[{"point_in_time":"soon","total":1}]""", "[0]")]
    [InlineData("""[{"total":1}]""", "[0]")]
    [InlineData("[null]", "[0]")]
    [InlineData("""[{"point_in_time":"2020-01-01T00:00:00Z","total":1}]""", "[0]")]
    [InlineData("""[{"point_in_time":"2096-01-01T00:00:00Z","total":1}]""", "[0]")]
    [InlineData("""[{"point_in_time":"@0","total":-1}]""", "[0]")]
    [InlineData("""[{"point_in_time":"@0","total":1},{"point_in_time":"@5","total":1}]""", "[1]")]
    [InlineData("""[{"point_in_time":"@0","total":1},{"point_in_time":"@0","total":1}]""", "[1]")]
    public async Task A_fault_is_told_by_its_bar_and_nothing_is_set(string bars, string field)
    {
        var service = await _server.NewService();
        foreach (var minutes in new[] { 0, 5 }) bars = bars.Replace($"@{minutes}", $"{_from.AddMinutes(minutes):O}", StringComparison.Ordinal);
        await Post(service, "US", bars).Problem(400, "invalid", field);
        Assert.Equal([null], await Series(service, "US", "15m", 15));
    }

    [Fact]
    public async Task Whose_past_it_is_has_to_be_known_and_only_the_operator_may_say_it()
    {
        var bars = $"[{Bar(_from, 1)}]";
        await Post("no-such-service", "US", bars).Problem(404, "unknown-service");
        await Post("x", "QX", bars).Problem(404, "unknown-region");
        await Post("x", "ALL", bars).Problem(404, "unknown-region");
        await Post("", "US", bars).Problem(400, "invalid", "service");
        await Post("x", "", bars).Problem(400, "invalid", "region");
        await Post("x", "US", bars, "2m").Problem(400, "invalid", "interval");
        await Post("x", "US", "{").Problem(400, "bad-body");
        await _server.Anybody.PostAsync("/v1/history/downdetector?service=x&region=US", new StringContent(bars, Encoding.UTF8, "application/json")).Problem(401, "no-operator-key");
    }

    private Task<HttpResponseMessage> Post(string service, string region, string bars, string? interval = null) =>
        _server.Operator.PostAsync($"/v1/history/downdetector?service={service}&region={region}&interval={interval}", new StringContent(bars, Encoding.UTF8, "application/json"));

    private async Task<long?[]> Series(string service, string region, string interval, int minutes)
    {
        var read = await _server.Get($"/v1/services/{service}/series?region={region}&interval={interval}&from={_from:yyyy-MM-ddTHH:mm:ss}Z&to={_from.AddMinutes(minutes):yyyy-MM-ddTHH:mm:ss}Z&once={Guid.NewGuid()}");
        return [.. read.List("points").Select(point => point.GetProperty("reports") is { ValueKind: JsonValueKind.Number } counted ? counted.GetInt64() : (long?)null)];
    }

    private static string Bar(DateTimeOffset at, int? total) =>
        $$"""{"point_in_time":"{{at:yyyy-MM-ddTHH:mm:ss}}","total":{{(total is null ? "null" : $"{total}")}},"indicators":{"login":3},"other":1}""";
}
