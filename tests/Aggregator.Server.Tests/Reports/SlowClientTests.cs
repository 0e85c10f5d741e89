using System.Diagnostics;
using System.Net.Sockets;

namespace Aggregator.Server.Tests;

/// <summary>A server that waits for slow clients as long as any, but in seconds.</summary>
public sealed class Impatient : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RunningServer.Start(
        new HttpLimits { HeadWithin = TimeSpan.FromSeconds(1), SlowAtMost = TimeSpan.FromSeconds(1.1), BulkAtOnce = 2, HistoriesAtOnce = 1 },
        RunningServer.BelievingProxies);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>Who sends slowly, or much at once, does not keep others from reporting.</summary>
public sealed class SlowClientTests(Impatient fixture) : IClassFixture<Impatient>
{
    private const int Clients = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), EndedWithin = TimeSpan.FromSeconds(15);

    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Heads_that_come_byte_by_byte_are_ended_and_others_report_meanwhile()
    {
        var slow = Enumerable.Range(0, Clients).Select(_ => Trickle("POST /v1/services/x/reports HTTP/1.1\r\nHost: x\r\nX-Slow: ")).ToList();
        await OthersReportUntil(slow);
        Assert.All(await Task.WhenAll(slow), answer => Assert.Matches("^(HTTP/1.1 408 |$)", answer));
    }

    [Fact]
    public async Task Bodies_that_come_byte_by_byte_are_ended_with_408_and_others_report_meanwhile()
    {
        var service = await _server.NewService();
        var slow = Enumerable.Range(0, Clients).Select(_ => Trickle($"POST /v1/services/{service}/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n")).ToList();
        await OthersReportUntil(slow);
        Assert.All(await Task.WhenAll(slow), answer =>
        {
            Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
            Assert.Contains("urn:aggregator:too-slow", answer, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_slow_but_honest_upload_is_taken()
    {
        var service = await _server.NewService();
        var end = new TaskCompletionSource();
        using var content = new Upload(Line(service), end);
        using var request = Post("/v1/reports", content);
        var answering = _server.Operator.SendAsync(request);
        await content.Begun;
        await Task.Delay(TimeSpan.FromSeconds(2.2), TimeProvider.System);
        end.SetResult();

        var answer = await answering.Json(HttpStatusCode.OK);
        Assert.InRange(content.Lines, 5, int.MaxValue);
        Assert.Equal(content.Lines, answer.Number("accepted") + answer.Number("duplicate") + answer.Number("quarantined"));
    }

    [Theory]
    [InlineData("/v1/reports", 2)]
    [InlineData("/v1/history", 1)]
    public async Task Only_so_many_large_requests_run_at_once_and_single_reports_go_on(string path, int atOnce)
    {
        var service = await _server.NewService();
        var line = path == "/v1/reports" ? Line(service) : "\n";
        var end = new TaskCompletionSource();
        var running = Enumerable.Range(0, atOnce).Select(_ => Occupy(path, line, end)).ToList();

        await Eventually.Is("one more is refused", () => _server.PostLines(path, ""), answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable);
        using var refused = await _server.PostLines(path, "");
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        await Task.FromResult(refused).Problem(503, "too-busy");
        await _server.Report(service, new { }).Json(HttpStatusCode.Accepted);

        end.SetResult();
        Assert.All(await Task.WhenAll(running), status => Assert.Equal(HttpStatusCode.OK, status));
        await Eventually.Is("there is room again", () => _server.PostLines(path, ""), answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_head_without_end_is_refused()
    {
        using var answer = await _server.Report("x", new { }, headers: ("X-Long", new string('x', 17 * 1024)));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
    }

    private static string Line(string service) => $$"""{"service":"{{service}}","region":"US","reporter":"somebody"}""" + "\n";

    private static HttpRequestMessage Post(string path, HttpContent content) => new(HttpMethod.Post, path) { Content = content };

    /// <summary>Uploads until the end, and begins again where a request that asks whether there is room took the place.</summary>
    private async Task<HttpStatusCode> Occupy(string path, string line, TaskCompletionSource end)
    {
        while (true)
        {
            try
            {
                using var request = Post(path, new Upload(line, end));
                using var answer = await _server.Operator.SendAsync(request);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable) return answer.StatusCode;
            }
            catch (HttpRequestException) when (!end.Task.IsCompleted)
            {
                // Refused while it was sending.
            }
        }
    }

    private async Task OthersReportUntil(IReadOnlyList<Task> ended)
    {
        var service = await _server.NewService();
        var (all, waited, reports) = (Task.WhenAll(ended), Stopwatch.StartNew(), 0);
        while (!all.IsCompleted)
        {
            Assert.True(waited.Elapsed < EndedWithin, $"{ended.Count(one => !one.IsCompleted)} slow clients were not ended.");
            var took = Stopwatch.StartNew();
            await _server.Report(service, new { }).Json(HttpStatusCode.Accepted);
            Assert.InRange(took.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
            reports++;
            await Task.Delay(Pause, TimeProvider.System);
        }

        Assert.True(reports > 3);
    }

    /// <summary>Sends the beginning, and then a byte now and then until the server has had enough.</summary>
    /// <returns>What the server said at the end.</returns>
    private async Task<string> Trickle(string beginning)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Anybody.BaseAddress!.Host, _server.Anybody.BaseAddress.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning));

        var answer = new byte[4096];
        var (length, reading) = (0, stream.ReadAsync(answer).AsTask());
        try
        {
            while (!reading.IsCompleted)
            {
                await stream.WriteAsync("x"u8.ToArray());
                await Task.WhenAny(reading, Task.Delay(Pause, TimeProvider.System));
            }

            for (var read = await reading; read > 0; read = await stream.ReadAsync(answer.AsMemory(length))) length += read;
        }
        catch (IOException)
        {
            // Ended while a byte was on its way.
        }

        return Encoding.ASCII.GetString(answer, 0, length);
    }

    /// <summary>A body of one line again and again, ten times a second, until it is told to end.</summary>
    /// <remarks>The line is made long with blanks: far above the least rate, so that it stays so where this process is late itself.</remarks>
    private sealed class Upload : HttpContent
    {
        private readonly byte[] _line;
        private readonly TaskCompletionSource _begun = new(), _end;
        private int _lines;

        public Upload(string line, TaskCompletionSource end) => (_end, _line, Headers.ContentType) = (end, Encoding.UTF8.GetBytes(line.PadLeft(1000)), new("application/x-ndjson"));

        public Task Begun => _begun.Task;

        public int Lines => _lines;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            while (!_end.Task.IsCompleted)
            {
                await stream.WriteAsync(_line);
                await stream.FlushAsync();
                _lines++;
                _begun.TrySetResult();
                await Task.WhenAny(_end.Task, Task.Delay(Pause, TimeProvider.System));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
