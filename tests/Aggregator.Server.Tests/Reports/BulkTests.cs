namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class BulkTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Every_line_is_answered_for_by_number()
    {
        var service = await _server.NewService();
        var answer = await Post(
            $$"""{"service":"{{service}}","region":"US","symptom":"login","reporter":"a","network":"n"}""",
            $$"""{"service":"{{service}}","region":"GB","symptom":"app","reporter":"a","network":"n"}""",
            $$"""{"service":"{{service}}","region":"US","count":30,"network":"n"}""",
            $$"""{"service":"{{service}}","region":"US","network":"n"}""",
            $$"""{"service":"{{service}}","region":"US"}""");

        Assert.Equal(["accepted", "duplicate", "quarantined", "rejected", "errors"], answer.Names());
        Assert.Equal((21, 1, 12, 0), Numbers(answer));
        await _server.Holds(service, 21);
    }

    [Fact]
    public async Task Without_a_reporter_nothing_is_deduplicated_and_a_count_stands_for_many()
    {
        var service = await _server.NewService();
        var line = $$"""{"service":"{{service}}","region":"US","count":1000}""";
        Assert.Equal((3000, 0, 0, 0), Numbers(await Post(line, line, line)));
        await _server.Holds(service, 3000);
    }

    [Fact]
    public async Task A_line_may_lie_a_day_back_or_a_minute_ahead()
    {
        var service = await _server.NewService();
        var now = RunningServer.Now;
        var answer = await Post(At(now.AddHours(-23)), At(now.AddSeconds(50)), At(now.AddHours(-24).AddMinutes(-1)), At(now.AddSeconds(90)));

        Assert.Equal((2, 0, 0, 2), Numbers(answer));
        Assert.Equal([(3, "too-old"), (4, "from-future")], answer.List("errors").Select(error => ((int)error.Number("line"), error.Text("reason"))));

        var hour = now.AddHours(-23);
        var series = await Eventually.Is(
            "the report of yesterday",
            () => _server.Get($"/v1/services/{service}/series?region=US&interval=10s&from={hour.AddSeconds(-10):O}&to={hour.AddSeconds(10):O}".Replace("+", "%2B", StringComparison.Ordinal)),
            read => read.List("points").Any(point => point.GetProperty("reports").ValueKind == JsonValueKind.Number && point.Number("reports") == 1));
        Assert.Equal(1, series.GetProperty("symptoms").Number("other"));

        string At(DateTimeOffset at) => $$"""{"service":"{{service}}","region":"US","at":"{{at:O}}"}""";
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Blank_lines_and_either_line_end_are_taken_with_and_without_a_last_one(string end)
    {
        var service = await _server.NewService();
        var line = $$"""{"service":"{{service}}","region":"US"}""";
        var body = string.Join(end, line, "", "  ", line, "no json", line);
        foreach (var whole in new[] { body, body + end })
        {
            var answer = await _server.PostLines("/v1/reports", whole).Json(HttpStatusCode.OK);
            Assert.Equal((3, 0, 0, 1), Numbers(answer));
            Assert.Equal(5, answer.List("errors").Single().Number("line"));
        }
    }

    [Fact]
    public async Task An_empty_body_holds_no_reports() => Assert.Equal((0, 0, 0, 0), Numbers(await _server.PostLines("/v1/reports", "").Json(HttpStatusCode.OK)));

    [Fact]
    public async Task Fifty_thousand_lines_in_one_request_are_counted_exactly()
    {
        var services = new[] { await _server.NewService(), await _server.NewService(), await _server.NewService() };
        string[] regions = ["US", "GB", "FR", "DE"];
        var now = RunningServer.Now;
        var body = new StringBuilder();
        for (var i = 0; i < 50_000; i++)
            body.Append("{\"service\":\"").Append(services[i % 3]).Append("\",\"region\":\"").Append(regions[i % 4]).Append("\",\"at\":\"").Append(now.AddSeconds(-(i % 7200)).ToString("O")).Append("\"}\n");

        Assert.Equal((50_000, 0, 0, 0), Numbers(await _server.PostLines("/v1/reports", body.ToString()).Json(HttpStatusCode.OK)));

        await _server.Holds(services[0], 16_667);
        await _server.Holds(services[1], 16_667);
        await _server.Holds(services[2], 16_666);
        foreach (var (region, i) in regions.Select((region, i) => (region, i)))
            await _server.Holds(services[0], Enumerable.Range(0, 50_000).Count(line => line % 3 == 0 && line % 4 == i), region);
    }

    private Task<JsonElement> Post(params string[] lines) => _server.PostLines("/v1/reports", string.Join('\n', lines)).Json(HttpStatusCode.OK);

    private static (long Accepted, long Duplicate, long Quarantined, long Rejected) Numbers(JsonElement answer) =>
        (answer.Number("accepted"), answer.Number("duplicate"), answer.Number("quarantined"), answer.Number("rejected"));
}

internal static class Holding
{
    /// <summary>The sum over the series at 10 seconds is exactly so much, and stays so.</summary>
    public static async Task Holds(this RunningServer server, string service, long reports, string region = "ALL")
    {
        await Eventually.Is($"{reports} of {service} in {region}", Sum, sum => sum >= reports);
        Assert.Equal(reports, await Sum());

        async Task<long> Sum()
        {
            var to = RunningServer.Now.AddMinutes(2);
            var series = await server.Get($"/v1/services/{service}/series?region={region}&interval=10s&from={to.AddHours(-24):yyyy-MM-ddTHH:mm:ss}Z&to={to:yyyy-MM-ddTHH:mm:ss.fff}Z");
            return series.List("points").Sum(point => point.GetProperty("reports") is { ValueKind: JsonValueKind.Number } counted ? counted.GetInt64() : 0);
        }
    }
}
