using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>What every body has in common: how it is declared, what it may hold, and how moments in it are read.</summary>
[Collection(OneServer.Name)]
public sealed class BodyReadingTests(AggregatorFixture fixture)
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly RunningServer _server = fixture.Server;

    public static TheoryData<string, string, string> MisspeltBodies => new()
    {
        { "PUT", "/v1/services/misspelt", """{"name":"A","category":"t","symptoms":["app"],"officalStatus":{}}""" },
        { "PUT", "/v1/regions/QM-1", """{"name":"A","officalStatus":null}""" },
        { "POST", "/v1/services/x/reports", """{"symptom":"other","officalStatus":"x"}""" },
        { "POST", "/v1/incidents/any/notes", """{"text":"t","officalStatus":1}""" },
        { "POST", "/v1/subscriptions", """{"url":"https://example.org/","officalStatus":[]}""" },
        { "POST", "/v1/subscriptions/preview", """{"officalStatus":true}""" },
    };

    [Theory]
    [MemberData(nameof(MisspeltBodies))]
    public async Task A_field_that_nobody_knows_is_refused_by_its_name(string method, string path, string body)
    {
        using var request = new HttpRequestMessage(new(method), path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        await _server.Operator.SendAsync(request).Problem(400, "bad-body", "officalStatus");
    }

    [Fact]
    public async Task A_field_that_nobody_knows_is_refused_in_a_change_and_in_lines()
    {
        var made = await _server.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = "https://192.0.2.1/hook" }).Json(HttpStatusCode.Created);
        var address = $"/v1/subscriptions/{made.Text("id")}";
        await _server.Operator.PatchAsync(address, Json("""{"urll":"https://192.0.2.1/"}""")).Problem(400, "bad-body", "urll");
        await _server.Operator.PatchAsync(address, Json("""{"url":"https://192.0.2.1/a","url":"https://192.0.2.1/b"}""")).Problem(400, "bad-body");
        using (var deleted = await _server.Operator.DeleteAsync(address)) Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        var history = await _server.PostLines("/v1/history", $$"""{"service":"x","region":"US","from":"{{RunningServer.Now.AddHours(-1):yyyy-MM-ddTHH:mm:00}}Z","interval":"1m","counts":[1],"cuonts":[2]}""").Problem(400, "invalid", "line 1");
        Assert.Contains("'cuonts'", history.Text("detail"), StringComparison.Ordinal);

        var lines = await _server.PostLines("/v1/reports", """{"service":"x","region":"US","symptm":"login"}""").Json(HttpStatusCode.OK);
        Assert.Contains("'symptm'", lines.List("errors").Single().Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("application/ndjson")]
    [InlineData("application/jsonl")]
    [InlineData("application/x-jsonl")]
    [InlineData("application/jsonlines")]
    [InlineData("application/x-jsonlines")]
    [InlineData("Application/X-NDJSON; charset=UTF-8")]
    [InlineData("application/ndjson;charset=utf-8; header=present")]
    public async Task Lines_go_by_many_names_at_every_door(string mediaType)
    {
        var service = await _server.NewService();
        Assert.Equal(1, (await Lines("/v1/reports", mediaType, $$"""{"service":"{{service}}","region":"US"}""").Json(HttpStatusCode.OK)).Number("accepted"));
        await Lines("/v1/history", mediaType, $$"""{"service":"{{service}}","region":"US","from":"{{RunningServer.Now.AddHours(-1):yyyy-MM-ddTHH:mm:00}}Z","interval":"1m","counts":[1]}""").Json(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("nothing")]
    [InlineData("\"")]
    public async Task Json_is_UTF8_whatever_charset_is_said_beside_it(string charset)
    {
        var service = await _server.NewService();
        foreach (var (method, path, body) in ((string, string, string)[])[("POST", "/v1/subscriptions/preview", "{}"), ("PUT", $"/v1/services/{service}", """{"name":"Zürich","category":"t","symptoms":["app"]}"""), ("POST", $"/v1/services/{service}/reports", "{}")])
        {
            using var request = new HttpRequestMessage(new(method), path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", $"application/json; charset={charset}");
            using var answer = await _server.Operator.SendAsync(request);
            Assert.True(answer.IsSuccessStatusCode || (charset == "\"" && answer.StatusCode == HttpStatusCode.UnsupportedMediaType), $"{path}: {(int)answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Routing_takes_the_media_types_that_the_reader_takes()
    {
        var described = (await _server.Get("/openapi/v1.json")).GetProperty("paths");
        foreach (var path in new[] { "/v1/reports", "/v1/history" })
            Assert.Equal(MediaTypes.Ndjson.Order(), described.GetProperty(path).GetProperty("post").GetProperty("requestBody").GetProperty("content").Names().Order());
    }

    [Fact]
    public async Task A_byte_order_mark_is_passed_over_in_every_body()
    {
        var service = await _server.NewService();
        byte[] line = [.. ByteOrderMark, .. Encoding.UTF8.GetBytes($$"""{"service":"{{service}}","region":"US"}""" + "\n" + $$"""{"service":"{{service}}","region":"GB"}""")];
        Assert.Equal(2, (await Send("/v1/reports", MediaTypes.Ndjson[0], line).Json(HttpStatusCode.OK)).Number("accepted"));
        byte[] history = [.. ByteOrderMark, .. Encoding.UTF8.GetBytes($$"""{"service":"{{service}}","region":"US","from":"{{RunningServer.Now.AddHours(-1):yyyy-MM-ddTHH:mm:00}}Z","interval":"1m","counts":[1]}""")];
        await Send("/v1/history", MediaTypes.Ndjson[0], history).Json(HttpStatusCode.OK);
        await Send($"/v1/services/{service}/reports", "application/json", [.. ByteOrderMark, .. "{}"u8]).Json(HttpStatusCode.Accepted);
        await Send("/v1/subscriptions/preview", "application/json", [.. ByteOrderMark, .. "{}"u8]).Json(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Pacific/Apia")]
    [InlineData("America/St_Johns")]
    public async Task A_moment_without_an_offset_is_refused_whatever_the_zone_of_the_host(string zone)
    {
        var (before, service) = (Environment.GetEnvironmentVariable("TZ"), await _server.NewService());
        var at = RunningServer.Now.AddHours(-1).UtcDateTime;
        try
        {
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
            Assert.NotEqual(TimeSpan.Zero, TimeZoneInfo.Local.BaseUtcOffset);

            var lines = await _server.PostLines("/v1/reports", $$"""{"service":"{{service}}","region":"US","at":"{{at:yyyy-MM-ddTHH:mm:ss}}"}""" + "\n" + $$"""{"service":"{{service}}","region":"US","at":"{{at:yyyy-MM-ddTHH:mm:ss}}z"}""").Json(HttpStatusCode.OK);
            Assert.Equal((1, 1), (lines.Number("accepted"), lines.Number("rejected")));
            Assert.Contains("offset", lines.List("errors").Single().Text("detail"), StringComparison.Ordinal);

            await _server.PostLines("/v1/history", $$"""{"service":"{{service}}","region":"US","from":"{{at:yyyy-MM-ddTHH:mm:00}}","interval":"1m","counts":[1]}""").Problem(400, "invalid", "line 1");
            await _server.Anybody.GetAsync($"/v1/services/{service}/series?from={at:yyyy-MM-ddTHH:mm:ss}").Problem(400, "invalid", "from");

            var day = (await _server.Get($"/v1/services/{service}/series?interval=1h&from={at.AddDays(-2):yyyy-MM-dd}&to={at.AddDays(-1):yyyy-MM-dd}")).List("points");
            Assert.Equal((24, $"{at.AddDays(-2):yyyy-MM-dd}T00:00:00Z"), (day.Length, day[0].Text("at")));
        }
        finally
        {
            Environment.SetEnvironmentVariable("TZ", before);
            TimeZoneInfo.ClearCachedData();
        }
    }

    [Theory]
    [InlineData("/v1/services/x/series?to=0001-01-01T00:00:00Z", "to")]
    [InlineData("/v1/services/x/series?from=0001-01-01T00:00:00Z", "from")]
    [InlineData("/v1/services/x/series?to=1969-12-31T23:59:59Z", "to")]
    [InlineData("/v1/services/x/series?from=9999-12-31T23:59:59Z", "from")]
    [InlineData("/v1/export/series?service=x&to=0001-01-01T00:00:00Z", "to")]
    [InlineData("/v1/export/incidents?to=0001-01-01T00:00:00Z", "to")]
    [InlineData("/v1/export/incidents?from=9999-12-31T23:59:59Z", "from")]
    [InlineData("/v1/incidents?from=10:00", "from")]
    [InlineData("/v1/incidents?to=11/30", "to")]
    [InlineData("/v1/incidents?to=2026-02-30", "to")]
    [InlineData("/v1/incidents?from=2026-11-22T13:25:00%2001:00", "from")]
    [InlineData("/v1/incidents?limit=0", "limit")]
    [InlineData("/v1/incidents?cursor=-1", "cursor")]
    [InlineData("/v1/services?cursor=99999999999", "cursor")]
    public async Task A_value_of_a_query_that_is_out_of_bounds_is_refused_by_its_name(string path, string parameter) =>
        await _server.Anybody.GetAsync(path).Problem(400, "invalid", parameter);

    [Theory]
    [InlineData("9999-12-31T23:59:00Z")]
    [InlineData("9999-12-31T23:59:00-14:00")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    public async Task A_past_at_the_ends_of_the_calendar_is_refused(string from)
    {
        foreach (var counts in new[] { "[1]", "[1,2]" })
            await _server.PostLines("/v1/history", $$"""{"service":"x","region":"US","from":"{{from}}","interval":"1m","counts":{{counts}}}""").Problem(400, "invalid", "line 1");
        await _server.Operator.PostAsync("/v1/history/downdetector?service=x&region=US", Json($$"""[{"point_in_time":"{{from}}","total":1}]""")).Problem(400, "invalid", "[0]");
    }

    private Task<HttpResponseMessage> Lines(string path, string mediaType, string lines) => Send(path, mediaType, Encoding.UTF8.GetBytes(lines));

    private async Task<HttpResponseMessage> Send(string path, string mediaType, byte[] body)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(mediaType) } };
        return await _server.Operator.PostAsync(path, content);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
