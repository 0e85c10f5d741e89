using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Aggregator.Simulator;
using Spectre.Console;

namespace Aggregator.Domain.Tests;

public sealed class DayRunTests : IDisposable
{
    private readonly CountingServer _server = new();
    private readonly StringWriter _said = new();

    public void Dispose()
    {
        _server.Dispose();
        _said.Dispose();
    }

    [Fact]
    public async Task A_day_whose_answers_get_lost_is_counted_once_and_found_exact()
    {
        _server.Faults = new(["503", "lose the answer", "refuse", "lose the answer", "429"]);
        Assert.Equal(0, await Run());
        Assert.Equal(20_000, _server.Counts.Values.Sum());
        Assert.Equal(10, _server.Services.Count);
        Assert.Contains("exact: 70 series", _said.ToString());
    }

    [Fact]
    public async Task What_the_server_forgot_is_found_and_named()
    {
        _server.Forgets = ("aws-0001", "US");
        Assert.Equal(1, await Run());
        Assert.Contains("2 of 70 series differ", _said.ToString());
        Assert.Contains("aws-0001 US: 0 where", _said.ToString());
    }

    private async Task<int> Run()
    {
        var time = new HastyTime(new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));
        using var http = new HttpClient(_server, disposeHandler: false) { BaseAddress = new("http://aggregator.test/") };
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(_said) });
        console.Profile.Width = 200;
        // Ten sums, and the 60 regions of one service.
        var options = new DayOptions(20_000, 10, "aws-", 0, DayOrder.Time, 3_000, 3, ByRegion: 1, 1);
        // What is shown follows the real clock: on the other one it would not stop.
        return await new DayRun(new(http, time), new(console, TimeProvider.System), time, options).Run(TestContext.Current.CancellationToken);
    }

    /// <summary>Counts a key once, and fails as it is told to.</summary>
    private sealed class CountingServer : HttpMessageHandler
    {
        private readonly ConcurrentDictionary<string, int> _answered = [];

        public ConcurrentDictionary<string, byte> Services { get; } = [];

        public ConcurrentDictionary<(string Service, string Region), long> Counts { get; } = [];

        public ConcurrentQueue<string> Faults { get; set; } = new();

        public (string, string) Forgets { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            var path = request.RequestUri!.AbsolutePath;
            if (request.Method == HttpMethod.Put) return Services.TryAdd(path.Split('/')[^1], 0) ? Json("{}") : new(HttpStatusCode.Conflict);
            if (path == "/v1/reports") return await Take(request, cancel);
            if (path == "/v1/services") return Json("""{"services":[],"next":null}""");

            var (service, region) = (path.Split('/')[3], request.RequestUri.Query.Split("region=")[1].Split('&')[0]);
            var reports = Counts.Where(count => count.Key.Service == service && (region == "ALL" || count.Key.Region == region)).Sum(count => count.Value);
            return Json($$"""{"points":[{"at":"2026-05-06T07:00:00Z","reports":null},{"at":"2026-05-06T08:00:00Z","reports":{{reports}}}]}""");
        }

        private async Task<HttpResponseMessage> Take(HttpRequestMessage request, CancellationToken cancel)
        {
            var fault = Faults.TryDequeue(out var next) ? next : "";
            if (fault == "refuse") throw new HttpRequestException("Connection refused");
            if (fault is "503" or "429") return new((HttpStatusCode)int.Parse(fault));

            var lines = Encoding.UTF8.GetString(await request.Content!.ReadAsByteArrayAsync(cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (_answered.TryAdd(request.Headers.GetValues("Idempotency-Key").Single(), lines.Length))
            {
                foreach (var line in lines)
                {
                    using var json = JsonDocument.Parse(line);
                    var key = (json.RootElement.GetProperty("service").GetString()!, json.RootElement.GetProperty("region").GetString()!);
                    if (key != Forgets) Counts.AddOrUpdate(key, 1, (_, count) => count + 1);
                }
            }

            if (fault == "lose the answer") throw new HttpRequestException("Connection lost");
            return Json($$"""{"accepted":{{lines.Length}},"duplicate":0,"quarantined":0,"rejected":0,"errors":[]}""");
        }

        private static HttpResponseMessage Json(string body) => new(HttpStatusCode.OK) { Content = new StringContent(body) };
    }
}
