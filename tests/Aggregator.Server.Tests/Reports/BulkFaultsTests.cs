namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class BulkFaultsTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData("{", "bad-json")]
    [InlineData("[]", "bad-json")]
    [InlineData("null", "bad-json")]
    [InlineData("""{"service":5,"region":"US"}""", "bad-json")]
    [InlineData("""{"service":"$","region":"US","at":"yesterday"}""", "bad-json")]
    [InlineData("""{"service":"$","region":"US","at":"2026-11-22T13:25:00"}""", "bad-json")]
    [InlineData("""{"service":"$","region":"US","at":"2026-11-22"}""", "bad-json")]
    [InlineData("""{"service":"$","region":"US","at":"13:25"}""", "bad-json")]
    [InlineData("""{"service":"$","region":"US","symptm":"login"}""", "unknown-field")]
    [InlineData("""{"service":"$","region":"US","":null}""", "unknown-field")]
    [InlineData("""{"service":"$","region":"US","reporter":"r","extra":{"service":"x"}}""", "unknown-field")]
    [InlineData("""{"service":"$","region":"US","count":1.5}""", "bad-json")]
    [InlineData("""{"region":"US"}""", "unknown-service")]
    [InlineData("""{"service":"no-such-service","region":"US"}""", "unknown-service")]
    [InlineData("""{"service":"$"}""", "unknown-region")]
    [InlineData("""{"service":"$","region":"QX"}""", "unknown-region")]
    [InlineData("""{"service":"$","region":"ALL"}""", "unknown-region")]
    [InlineData("""{"service":"$","region":"US","symptom":"server"}""", "unknown-symptom")]
    [InlineData("""{"service":"$","region":"US","count":0}""", "bad-count")]
    [InlineData("""{"service":"$","region":"US","count":-1}""", "bad-count")]
    [InlineData("""{"service":"$","region":"US","count":1000001}""", "bad-count")]
    [InlineData("""{"service":"$","region":"US","count":2,"reporter":"a"}""", "bad-count")]
    [InlineData("""{"service":"$","region":"US","reporter":""}""", "bad-reporter")]
    public async Task A_bad_line_is_refused_with_its_number_and_a_reason_and_the_others_are_taken(string bad, string reason)
    {
        var service = await _server.NewService();
        var good = $$"""{"service":"{{service}}","region":"US"}""";
        var answer = await _server.PostLines("/v1/reports", $"{good}\n{bad.Replace("$", service, StringComparison.Ordinal)}\n{good}").Json(HttpStatusCode.OK);

        Assert.Equal((2, 1), (answer.Number("accepted"), answer.Number("rejected")));
        var error = answer.List("errors").Single();
        Assert.Equal((2, reason), (error.Number("line"), error.Text("reason")));
        Assert.NotEqual("", error.Text("detail"));
    }

    [Theory]
    [InlineData(4096, null)]
    [InlineData(4097, "line-too-long")]
    [InlineData(300_000, "line-too-long")]
    public async Task A_line_may_have_4096_bytes(int length, string? reason)
    {
        var service = await _server.NewService();
        var line = $$"""{"service":"{{service}}","region":"US"}""".PadRight(length);
        var answer = await _server.PostLines("/v1/reports", $"{line}\n" + $$"""{"service":"{{service}}","region":"US"}""").Json(HttpStatusCode.OK);
        Assert.Equal(reason is null ? 2 : 1, answer.Number("accepted"));
        Assert.Equal(reason is null ? [] : [(1, reason)], answer.List("errors").Select(error => ((int)error.Number("line"), error.Text("reason")!)));
    }

    [Fact]
    public async Task Of_many_faults_all_are_counted_and_the_first_hundred_told()
    {
        var answer = await _server.PostLines("/v1/reports", string.Concat(Enumerable.Repeat("no\n", 250))).Json(HttpStatusCode.OK);
        Assert.Equal(250, answer.Number("rejected"));
        Assert.Equal(Enumerable.Range(1, 100), answer.List("errors").Select(error => (int)error.Number("line")));
    }

    [Theory]
    [InlineData("/v1/reports")]
    [InlineData("/v1/history")]
    public async Task Another_media_type_is_refused(string path) =>
        await _server.Operator.PostAsync(path, new StringContent("{}", Encoding.UTF8, "application/json")).Problem(415, "wrong-media-type");

    [Theory]
    [InlineData("POST", "/v1/reports")]
    [InlineData("POST", "/v1/history")]
    [InlineData("PUT", "/v1/services/some")]
    [InlineData("DELETE", "/v1/services/some")]
    [InlineData("PUT", "/v1/regions/EU")]
    [InlineData("DELETE", "/v1/regions/EU")]
    public async Task Operator_calls_need_the_key(string method, string path)
    {
        foreach (var key in new[] { null, "Bearer wrong", "Bearer ", "Basic " + RunningServer.OperatorKey, RunningServer.OperatorKey })
        {
            using var request = new HttpRequestMessage(new(method), path) { Content = new StringContent("{}", Encoding.UTF8, path is "/v1/reports" or "/v1/history" ? "application/x-ndjson" : "application/json") };
            if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", key);
            using var response = await _server.Anybody.SendAsync(request);
            Assert.Contains(response.Headers.WwwAuthenticate, challenge => challenge.Scheme == "Bearer");
            await Task.FromResult(response).Problem(401, "no-operator-key");
        }
    }

    [Theory]
    [InlineData("GET", "/v1/reports")]
    [InlineData("GET", "/v1/history")]
    [InlineData("DELETE", "/v1/spikes")]
    [InlineData("POST", "/v1/services")]
    public async Task Another_method_is_refused(string method, string path)
    {
        using var request = new HttpRequestMessage(new(method), path);
        await _server.Operator.SendAsync(request).Problem(405, "wrong-method");
    }
}
