using System.IO.Compression;
using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>What is too much, or wrapped in a way that is not read, is refused with the word and the way out.</summary>
[Collection(OneServer.Name)]
public sealed class LimitsTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData("POST", "/v1/services/$/reports", "application/json", """{"region":"US"}""")]
    [InlineData("POST", "/services/$/report", "application/x-www-form-urlencoded", "region=US")]
    [InlineData("POST", "/v1/reports", "application/x-ndjson", """{"service":"$","region":"US"}""")]
    [InlineData("POST", "/v1/history", "application/x-ndjson", """{"service":"$","region":"US","from":"2026-01-01T00:00:00Z","interval":"1m","counts":[1]}""")]
    [InlineData("PUT", "/v1/services/$", "application/json", """{"name":"N","category":"c","symptoms":["app"]}""")]
    public async Task A_compressed_body_is_refused_and_told_how_it_is_wanted(string method, string path, string type, string body)
    {
        var service = await _server.NewService();
        foreach (var coding in new[] { "gzip", "br", "x-unheard-of", "identity, gzip" })
        {
            using var request = new HttpRequestMessage(new(method), path.Replace("$", service, StringComparison.Ordinal)) { Content = new ByteArrayContent(Gzip(body.Replace("$", service, StringComparison.Ordinal))) };
            request.Content.Headers.ContentType = new(type);
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
            using var response = await _server.Operator.SendAsync(request);
            Assert.Equal(["identity"], response.Headers.GetValues("Accept-Encoding"));
            var problem = await Task.FromResult(response).Problem(415, "wrong-content-coding", "Content-Encoding");
            Assert.Contains("without Content-Encoding", problem.Text("detail"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_that_says_it_is_not_compressed_is_taken()
    {
        using var content = JsonContent.Create(new { region = "US" });
        content.Headers.ContentEncoding.Add("Identity");
        await _server.Anybody.PostAsync($"/v1/services/{await _server.NewService()}/reports", content).Json(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Headers_of_more_than_32_KiB_are_too_large()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/services/{await _server.NewService()}/reports") { Content = JsonContent.Create(new { }) };
        request.Headers.TryAddWithoutValidation("X-Long", new string('x', 40_000));
        using var response = await _server.Anybody.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("APPLICATION/JSON ; charset=UTF-8", true)]
    [InlineData("application/merge-patch+json", true)]
    [InlineData("text/json", false)]
    [InlineData("application/x-ndjson", false)]
    [InlineData("json", false)]
    [InlineData("*/*", false)]
    [InlineData(";", false)]
    public async Task Json_is_taken_under_its_names_and_nothing_else_is(string type, bool taken)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        var answering = _server.Anybody.PostAsync($"/v1/services/{await _server.NewService()}/reports", content);
        if (taken) await answering.Json(HttpStatusCode.Accepted);
        else await answering.Problem(415, "wrong-media-type");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", 1025, "a&")]
    [InlineData("application/x-www-form-urlencoded", 2049, "k")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-7", 1, "region=US")]
    [InlineData("multipart/form-data", 1, "x")]
    [InlineData("multipart/form-data; boundary=x", 1, "--x\r\nContent-Disposition: form-data; name=region\r\n\r\nUS")]
    [InlineData("multipart/form-data; boundary=x", 1, "x")]
    public async Task A_form_that_cannot_be_read_is_a_bad_body(string type, int times, string piece)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, times))));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        await _server.Anybody.PostAsync($"/services/{await _server.NewService()}/report", content).Problem(400, "bad-body");
    }

    [Fact]
    public async Task A_form_of_more_than_4096_bytes_is_too_large()
    {
        using var content = new StringContent("region=" + new string('x', 4096), Encoding.ASCII, "application/x-www-form-urlencoded");
        await _server.Anybody.PostAsync($"/services/{await _server.NewService()}/report", content).Problem(413, "too-large");
    }

    [Fact]
    public async Task A_field_is_known_by_its_name_however_it_is_written()
    {
        var service = await _server.NewService();
        var line = $$"""{"s\u0065rvice":"{{service}}","REGI\u004fN":"U\u0053","\u0063ount":3}""";
        Assert.Equal(3, (await _server.PostLines("/v1/reports", line).Json(HttpStatusCode.OK)).Number("accepted"));
        using var content = new StringContent("""{"SYMPT\u004fm":"log\u0069n","re\u0067ion":"FR"}""", Encoding.UTF8, "application/json");
        var answer = await _server.Anybody.PostAsync($"/v1/services/{service}/reports", content).Json(HttpStatusCode.Accepted);
        Assert.Equal(("login", "FR"), (answer.Text("symptom"), answer.Text("region")));
    }

    [Theory]
    [InlineData("""{"comment":"\ud800"}""")]
    [InlineData("""{"re\udc00gion":"US"}""")]
    public async Task Half_of_a_character_is_a_bad_body(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        await _server.Anybody.PostAsync($"/v1/services/{await _server.NewService()}/reports", content).Problem(400, "bad-body");
    }

    [Theory]
    [InlineData("[1000000000]", null)]
    [InlineData("[1000000001]", "'counts' are 0 to 1000000000")]
    [InlineData("[1.5]", "not the JSON that is wanted")]
    public async Task A_minute_of_the_past_has_a_thousand_million_reports_at_most(string counts, string? fault)
    {
        var line = $$"""{"service":"{{await _server.NewService()}}","region":"US","from":"{{RunningServer.Now.UtcDateTime.Date.AddDays(-1):yyyy-MM-dd}}T00:00:00Z","interval":"1m","counts":{{counts}}}""";
        if (fault is null) await _server.PostLines("/v1/history", line).Json(HttpStatusCode.OK);
        else Assert.Contains(fault, (await _server.PostLines("/v1/history", line).Problem(400, "invalid", "line 1")).Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_history_has_a_MiB_at_most() =>
        Assert.Contains("at most 1048576 bytes", (await _server.PostLines("/v1/history", new string('x', 1024 * 1024 + 1)).Problem(400, "invalid", "line 1")).Text("detail"), StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(201)]
    public Task An_idempotency_key_has_1_to_200_characters(int length) => _server.PostLines("/v1/reports", "", new string('k', length)).Problem(400, "invalid", "Idempotency-Key");

    private static byte[] Gzip(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
