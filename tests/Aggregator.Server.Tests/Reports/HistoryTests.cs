namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class HistoryTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;
    private readonly DateTimeOffset _midnight = new(RunningServer.Now.UtcDateTime.Date, TimeSpan.Zero);

    [Fact]
    public async Task History_sets_minutes_however_often_it_is_sent_and_ALL_is_the_sum()
    {
        var service = await _server.NewService();
        var from = _midnight.AddDays(-3);
        var lines = Line(service, "US", from, Enumerable.Range(0, 90).Select(minute => minute % 7)) + Line(service, "GB", from, Enumerable.Repeat(2, 90));
        for (var i = 0; i < 2; i++)
        {
            var answer = await _server.PostLines("/v1/history", lines).Json(HttpStatusCode.OK);
            Assert.Equal(["series", "minutes"], answer.Names());
            Assert.Equal((2, 180), (answer.Number("series"), answer.Number("minutes")));

            Assert.Equal(Enumerable.Range(0, 90).Select(minute => (long?)(minute % 7)), await Minutes(service, "US", from, 90));
            Assert.Equal(Enumerable.Repeat((long?)2, 90), await Minutes(service, "GB", from, 90));
            Assert.Equal(Enumerable.Range(0, 90).Select(minute => (long?)(minute % 7 + 2)), await Minutes(service, "ALL", from, 90));
        }

        // Sent anew with other counts, the newer are the counts.
        await _server.PostLines("/v1/history", Line(service, "US", from, Enumerable.Repeat(1, 30))).Json(HttpStatusCode.OK);
        Assert.Equal(Enumerable.Repeat((long?)1, 30), await Minutes(service, "US", from, 30));
        Assert.Equal(Enumerable.Repeat((long?)3, 30), await Minutes(service, "ALL", from, 30));
    }

    [Fact]
    public async Task A_null_is_a_gap()
    {
        var service = await _server.NewService();
        var from = _midnight.AddDays(-3);
        await _server.PostLines("/v1/history", $$"""{"service":"{{service}}","region":"US","from":"{{from:O}}","interval":"1m","counts":[1,null,3]}""").Json(HttpStatusCode.OK);
        Assert.Equal([1, null, 3], await Minutes(service, "US", from, 3));
    }

    [Fact]
    public async Task What_is_usual_is_learned_from_history_and_a_peak_in_it_raises_nothing()
    {
        var service = await _server.NewService();
        var from = RunningServer.Now.AddDays(-8);
        from = from.AddTicks(-(from.UtcTicks % TimeSpan.TicksPerMinute));
        var minutes = (int)(RunningServer.Now - from).TotalMinutes;
        var counts = Enumerable.Range(0, minutes).Select(minute => minute > minutes - 60 && minute < minutes - 20 ? 5000 : 40);
        await _server.PostLines("/v1/history", Line(service, "US", from, counts)).Json(HttpStatusCode.OK);

        foreach (var region in new[] { "US", "ALL" })
        {
            var read = await _server.Get($"/v1/services/{service}/regions/{region}");
            Assert.InRange(read.GetProperty("expected").GetProperty("15m").GetDouble(), 300, 1200);
        }

        Assert.Empty((await _server.Get($"/v1/spikes?service={service}")).List("spikes"));
        Assert.Empty((await _server.Get($"/v1/incidents?service={service}")).List("incidents"));
        Assert.Contains((await _server.Get($"/v1/services/{service}/regions")).List("regions"), region => region.Text("region") == "US");
    }

    [Fact]
    public async Task A_new_service_is_no_longer_new_once_its_history_is_imported_region_by_region_and_ALL_grows_with_each()
    {
        var service = await _server.NewService();
        await _server.Report(service, new { symptom = "app", region = "US" });
        var young = await Eventually.Is("the region is judged", () => Region("US"), read => read.Text("reason") == "NoBaselineYet");
        Assert.Equal(0, young.GetProperty("expected").GetProperty("24h").GetDouble(), 5.0);

        var from = _midnight.AddDays(-4);
        var usual = new List<double>();
        foreach (var (region, perMinute) in new[] { ("US", 30), ("GB", 10) })
        {
            await _server.PostLines("/v1/history", Line(service, region, from, Enumerable.Repeat(perMinute, 3 * 1440))).Json(HttpStatusCode.OK);
            Assert.NotEqual("NoBaselineYet", (await Region(region)).Text("reason"));
            var all = await Region("ALL");
            Assert.NotEqual("NoBaselineYet", all.Text("reason"));
            usual.Add(all.GetProperty("expected").GetProperty("1h").GetDouble());
        }

        Assert.InRange(usual[1] / usual[0], 1.2, 1.5);

        Task<JsonElement> Region(string region) => _server.Get($"/v1/services/{service}/regions/{region}?once={Guid.NewGuid()}");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"service":"no-such-service","region":"US","from":"$day","interval":"1m","counts":[1]}""")]
    [InlineData("""{"service":"$","region":"ALL","from":"$day","interval":"1m","counts":[1]}""")]
    [InlineData("""{"service":"$","region":"QX","from":"$day","interval":"1m","counts":[1]}""")]
    [InlineData("""{"service":"$","region":"US","interval":"1m","counts":[1]}""")]
    [InlineData("""{"service":"$","region":"US","from":"$second","interval":"1m","counts":[1]}""")]
    [InlineData("""{"service":"$","region":"US","from":"$old","interval":"1m","counts":[1]}""")]
    [InlineData("""{"service":"$","region":"US","from":"$future","interval":"1m","counts":[1]}""")]
    [InlineData("""{"service":"$","region":"US","from":"$day","interval":"5m","counts":[1]}""")]
    [InlineData("""{"service":"$","region":"US","from":"$day","counts":[1]}""")]
    [InlineData("""{"service":"$","region":"US","from":"$day","interval":"1m"}""")]
    [InlineData("""{"service":"$","region":"US","from":"$day","interval":"1m","counts":[]}""")]
    [InlineData("""{"service":"$","region":"US","from":"$day","interval":"1m","counts":[-1]}""")]
    [InlineData("""{"service":"$","region":"US","from":"$day","interval":"1m","counts":["many"]}""")]
    public async Task A_fault_is_told_by_its_line_and_nothing_is_set(string bad)
    {
        var service = await _server.NewService();
        var day = _midnight.AddDays(-3);
        bad = bad.Replace("$day", $"{day:O}", StringComparison.Ordinal).Replace("$second", $"{day.AddSeconds(1):O}", StringComparison.Ordinal)
            .Replace("$old", $"{_midnight.AddDays(-46):O}", StringComparison.Ordinal).Replace("$future", $"{_midnight.AddDays(2):O}", StringComparison.Ordinal)
            .Replace("$", service, StringComparison.Ordinal);
        await _server.PostLines("/v1/history", Line(service, "US", day, [7]) + bad).Problem(400, "invalid", "line 2");
        Assert.DoesNotContain(7L, await Minutes(service, "US", day, 1));
    }

    private async Task<long?[]> Minutes(string service, string region, DateTimeOffset from, int minutes)
    {
        // A span of its own each time, so that no answer is an earlier one.
        var read = await _server.Get($"/v1/services/{service}/series?region={region}&interval=1m&from={from:yyyy-MM-ddTHH:mm:ss}Z&to={from.AddMinutes(minutes):yyyy-MM-ddTHH:mm:ss}Z&once={Guid.NewGuid()}");
        return [.. read.List("points").Select(point => point.GetProperty("reports") is { ValueKind: JsonValueKind.Number } counted ? counted.GetInt64() : (long?)null)];
    }

    private static string Line(string service, string region, DateTimeOffset from, IEnumerable<int> counts) =>
        $$"""{"service":"{{service}}","region":"{{region}}","from":"{{from:O}}","interval":"1m","counts":[{{string.Join(',', counts)}}]}""" + "\n";
}
