using System.Diagnostics;
using System.Globalization;

namespace Aggregator.Server.Tests;

/// <summary>A store that keeps its connections and answers nothing: the worst way to be gone.</summary>
[StartsProcess]
public sealed class FrozenStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-frozen-").FullName;
    private int _reporters;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Reports_are_refused_in_time_reads_go_on_and_nothing_is_doubled()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await ServerProcess.Start(
            "Store:Mode=Redis", $"Store:Connection={redis.Connection}", $"Store:DataDirectory={_directory}",
            "ForwardedHeaders:KnownNetworks:0=127.0.0.0/8", "Reports:RatePerReporter=0", "Reports:RatePerNetwork=0");
        for (var i = 0; i < 20; i++) Assert.Equal("counted", (await Report(server, Next())).Outcome);
        await Eventually.True("the reports are shown", TimeSpan.FromSeconds(10), async () => await Sum(server) == 20);

        // The service hears of them at the next close; what a grain has not read before the store was gone it cannot answer.
        await Eventually.True("the service was told", TimeSpan.FromSeconds(30), async () => await Reports15m(server) == 20);

        await redis.Freeze();
        var refused = Enumerable.Range(0, 10).Select(_ => Next()).ToArray();
        foreach (var answer in await Task.WhenAll(refused.Select(reporter => Report(server, reporter))))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
            Assert.True(answer.RetryAfter > TimeSpan.Zero);
            Assert.InRange(answer.Took, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }

        foreach (var path in new[] { "/v1/services", "/v1/services/x", "/v1/services/x/regions", "/v1/spikes", "/v1/services/x/series?interval=1m" })
        {
            using var read = await server.Http.GetAsync(path);
            Assert.True(read.IsSuccessStatusCode, $"{path} {read.StatusCode}: {server.Output}");
        }

        await redis.Thaw();
        await Eventually.True("reports are taken again", TimeSpan.FromSeconds(5), async () => (await Report(server, Next())).Status == HttpStatusCode.Accepted);
        foreach (var reporter in refused)
            Assert.True((await Report(server, reporter)).Outcome is "counted" or "duplicate");

        // Those who were refused sent twice, those after the thaw perhaps several times; each is one report, and so is each of these.
        for (var i = 0; i < _reporters; i++) Assert.True((await Report(server, i)).Outcome is "counted" or "duplicate");
        await Eventually.Right("nothing is doubled", TimeSpan.FromSeconds(20), async () => await Sum(server) == _reporters ? null : $"{await Sum(server)}, not {_reporters}");
    }

    private int Next() => _reporters++;

    private static async Task<(HttpStatusCode Status, string? Outcome, TimeSpan? RetryAfter, TimeSpan Took)> Report(ServerProcess server, int reporter)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/services/x/reports") { Content = JsonContent.Create(new { symptom = "app", region = "US" }) };
        request.Headers.Add("X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"20.1.{reporter}.7"));
        var watch = Stopwatch.StartNew();
        using var answer = await server.Http.SendAsync(request);
        var took = watch.Elapsed;
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, json.RootElement.TryGetProperty("outcome", out var outcome) ? outcome.GetString() : null, answer.Headers.RetryAfter?.Delta, took);
    }

    private static async Task<long> Reports15m(ServerProcess server)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/services?q=x&limit=1000"));
        return json.RootElement.GetProperty("services").EnumerateArray()
            .Single(service => service.GetProperty("service").GetString() == "x").GetProperty("reports15m").GetInt64();
    }

    private static async Task<long> Sum(ServerProcess server)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/services/x/series?region=US&interval=10s"));
        return json.RootElement.GetProperty("points").EnumerateArray()
            .Select(point => point.GetProperty("reports"))
            .Sum(reports => reports.ValueKind == JsonValueKind.Null ? 0 : reports.GetInt64());
    }
}
