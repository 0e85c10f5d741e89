using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class BadReportTests(AggregatorFixture fixture) : IAsyncLifetime
{
    private readonly RunningServer _server = fixture.Server;
    private string _service = null!;

    public async ValueTask InitializeAsync() => _service = await _server.NewService();

    // A refused report leaves nothing behind.
    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, (await _server.Get($"/v1/services/{_service}")).GetProperty("reports").Number("24h"));
    }

    [Fact]
    public Task A_service_outside_the_catalog_is_unknown() => _server.Report("no-such-service", new { region = "US" }).Problem(404, "unknown-service");

    [Theory]
    [InlineData("UPPER")]
    [InlineData("-dash")]
    [InlineData("a_b")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public Task A_service_key_of_another_shape_is_told_as_such(string service) => _server.Report(service, new { region = "US" }).Problem(400, "invalid", "service");

    [Theory]
    [InlineData("QX")]
    [InlineData("us")]
    [InlineData("ALL")]
    [InlineData("")]
    public Task A_region_outside_the_catalog_is_told_by_its_field(string region) => _server.Report(_service, new { region }).Problem(400, "invalid", "region");

    [Theory]
    [InlineData("server")]
    [InlineData("Login")]
    [InlineData("")]
    public Task A_symptom_the_service_does_not_have_is_told_by_its_field(string symptom) => _server.Report(_service, new { symptom }).Problem(400, "invalid", "symptom");

    [Fact]
    public async Task A_comment_may_have_280_characters_and_no_more()
    {
        await _server.Report(_service, new { comment = new string('x', 281) }).Problem(400, "invalid", "comment");
        var service = await _server.NewService();
        await _server.Report(service, new { comment = new string('x', 280) }).Json(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Every_fault_is_told_at_once()
    {
        var problem = await _server.Report(_service, new { symptom = "no", region = "no", comment = new string('x', 300) }).Problem(400, "invalid");
        Assert.Equal(["comment", "region", "symptom"], problem.GetProperty("errors").Names().Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"login\"")]
    [InlineData("{\"region\":\"US\"} {}")]
    public Task A_body_that_is_not_a_json_object_is_a_bad_body(string body) => Post(body).Problem(400, "bad-body");

    [Theory]
    [InlineData("{\"symptom\":5}", "symptom")]
    [InlineData("{\"region\":[\"US\"]}", "region")]
    [InlineData("{\"comment\":{}}", "comment")]
    public Task A_field_of_the_wrong_type_is_told_by_its_field(string body, string field) => Post(body).Problem(400, "bad-body", field);

    [Theory]
    [InlineData("C328")]
    [InlineData("5C7544383030")] // half of a surrogate pair, escaped
    public async Task Text_that_is_none_is_told_by_its_field(string bytes)
    {
        using var content = new ByteArrayContent([.. "{\"comment\":\""u8, .. Convert.FromHexString(bytes), .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        var problem = await _server.Anybody.PostAsync($"/v1/services/{_service}/reports", content).Problem(400, "bad-body", "comment");
        Assert.Contains("no valid text", problem.GetProperty("errors").GetProperty("comment")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_body_of_more_than_4096_bytes_is_too_large(bool chunked)
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{"comment":"{{new string('x', 5000)}}"}""");
        HttpContent content = chunked ? new StreamContent(new Unmeasured(bytes)) : new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/json");
        return _server.Anybody.PostAsync($"/v1/services/{_service}/reports", content).Problem(413, "too-large");
    }

    [Theory]
    [InlineData("/v1/services/x/reports", "application/json")]
    [InlineData("/v1/reports", "application/x-ndjson")]
    public async Task A_chunk_of_a_size_that_no_number_holds_is_a_bad_body(string path, string type)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Anybody.BaseAddress!.Host, _server.Anybody.BaseAddress.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {RunningServer.OperatorKey}\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{{}}\r\n"));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("urn:aggregator:bad-body", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public Task Another_media_type_is_refused(string? type) => Post("{}", type).Problem(415, "wrong-media-type");

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Another_method_is_refused(string method)
    {
        using var request = new HttpRequestMessage(new(method), $"/v1/services/{_service}/reports");
        await _server.Anybody.SendAsync(request).Problem(405, "wrong-method");
    }

    private Task<HttpResponseMessage> Post(string body, string? type = "application/json")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return _server.Anybody.PostAsync($"/v1/services/{_service}/reports", content);
    }

    /// <summary>A stream that does not tell its length, so that the body travels in chunks.</summary>
    private sealed class Unmeasured(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
