namespace Aggregator.Server.Tests;

/// <summary>HEAD of what is long or has no end: the headers, and an end.</summary>
[Collection(OneServer.Name)]
public sealed class HeadOfStreamTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData("/v1/stream", "text/event-stream")]
    [InlineData("/v1/export/series?service=x&interval=1h", "text/csv")]
    [InlineData("/v1/export/series?service=x&interval=1h&format=ndjson", "application/x-ndjson")]
    [InlineData("/v1/export/incidents", "text/csv")]
    public async Task It_has_the_headers_of_GET_and_ends_and_holds_no_reader(string path, string mediaType)
    {
        var readers = _server.Get<LiveFeed>().Readers;
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await _server.Anybody.SendAsync(request, HttpCompletionOption.ResponseContentRead);
        Assert.Equal((HttpStatusCode.OK, mediaType), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(readers, _server.Get<LiveFeed>().Readers);

        using var begun = await _server.Anybody.Knock("GET", path);
        Assert.Equal(begun.Content.Headers.ContentType, answer.Content.Headers.ContentType);
        Assert.Equal(begun.Content.Headers.ContentDisposition, answer.Content.Headers.ContentDisposition);
        Assert.Equal(begun.Headers.CacheControl, answer.Headers.CacheControl);
    }

    [Theory]
    [InlineData("/v1/stream?region=lower", 400)]
    [InlineData("/v1/export/series?service=no-such", 404)]
    public async Task It_is_refused_like_GET(string path, int status)
    {
        using var answer = await _server.Anybody.Knock("HEAD", path);
        Assert.Equal(status, (int)answer.StatusCode);
    }
}
