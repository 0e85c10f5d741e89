using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Aggregator.Server.Tests;

/// <summary>A store that stands still while more reports come than may wait for it.</summary>
/// <remarks>For a few seconds; <c>OVERLOAD_SECONDS</c> makes it longer.</remarks>
[StartsProcess]
public sealed class OverloadTests : IDisposable
{
    /// <summary>More than wait in a lane, and all for one service, so all in one.</summary>
    private const int Reporters = 6000;

    private const int SendingAtOnce = 200;
    private const long GrowsAtMost = 512L * 1024 * 1024;

    // Alone a report is answered within 2 s (FrozenStoreTests); thousands of clients on the server's own processors wait for each other too.
    private static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("OVERLOAD_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 5);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-overload-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Everybody_is_answered_in_time_memory_is_bounded_and_afterwards_all_is_well()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await ServerProcess.Start(
            "Store:Mode=Redis", $"Store:Connection={redis.Connection}", $"Store:DataDirectory={_directory}",
            "ForwardedHeaders:KnownNetworks:0=127.0.0.0/8", "Reports:RatePerReporter=0", "Reports:RatePerNetwork=0");
        var everybody = Enumerable.Range(0, Reporters).ToArray();
        await Parallel.ForEachAsync(everybody.Take(SendingAtOnce), Few, async (reporter, _) => await Report(server, reporter));
        var before = server.WorkingSet;

        await redis.Freeze();
        using var end = new CancellationTokenSource(Lasts, TimeProvider.System);
        var answers = new ConcurrentBag<Answer>();
        var watch = Watch(server, end.Token);
        await Task.WhenAll(everybody.Select(reporter => Insist(server, reporter, answers, end.Token)));
        var seen = await watch;
        await redis.Thaw();

        // What this process itself was late is not the server's doing.
        var within = AnsweredWithin + seen.Late;
        Assert.All(answers, answer =>
        {
            Assert.Contains(answer.Problem, new[] { null, "urn:aggregator:too-busy", "urn:aggregator:store-unreachable" });
            Assert.Equal(answer.Problem is null ? HttpStatusCode.Accepted : HttpStatusCode.ServiceUnavailable, answer.Status);
            if (answer.Problem is not null) Assert.True(answer.RetryAfter > TimeSpan.Zero);
        });
        var slowest = answers.Max(answer => answer.Took);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{answers.Count} answers, {answers.Count(answer => answer.Problem == "urn:aggregator:too-busy")} of them too-busy; slowest {slowest}, reads {seen.Slowest}, this process late {seen.Late}; {(seen.Memory - before) >> 20} MB more");
        Assert.InRange(slowest, TimeSpan.Zero, within);
        Assert.InRange(seen.Slowest, TimeSpan.Zero, within);
        Assert.InRange(seen.Memory - before, long.MinValue, GrowsAtMost);

        await Eventually.True("reports are taken again", TimeSpan.FromSeconds(10), async () => (await Report(server, 0)).Status == HttpStatusCode.Accepted);
        await Parallel.ForEachAsync(everybody, Few, async (reporter, _) =>
            await Eventually.True("each is taken", TimeSpan.FromSeconds(10), async () => (await Report(server, reporter)).Status == HttpStatusCode.Accepted));
        await Eventually.Right("nothing is lost or doubled", TimeSpan.FromSeconds(20), async () => await Sum(server) is var sum && sum == Reporters ? null : $"{sum}, not {Reporters}");
    }

    private static ParallelOptions Few => new() { MaxDegreeOfParallelism = SendingAtOnce };

    /// <summary>Sends its report, and sends it again when it is told to.</summary>
    private static async Task Insist(ServerProcess server, int reporter, ConcurrentBag<Answer> answers, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var answer = await Report(server, reporter);
            answers.Add(answer);
            if (answer.Status == HttpStatusCode.Accepted) return;
            await Wait(answer.RetryAfter ?? Pause, end);
        }
    }

    /// <summary>Reads meanwhile what must be readable, and looks how large the server is and how late this process.</summary>
    private static async Task<(TimeSpan Slowest, TimeSpan Late, long Memory)> Watch(ServerProcess server, CancellationToken end)
    {
        var (slowest, late, memory) = (TimeSpan.Zero, TimeSpan.Zero, 0L);
        while (!end.IsCancellationRequested)
        {
            foreach (var path in new[] { "/v1/spikes", "/health/live" })
            {
                var watch = Stopwatch.StartNew();
                using var answer = await server.Operator.GetAsync(path, CancellationToken.None);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                if (watch.Elapsed is var took && took > slowest) slowest = took;
            }

            var waited = Stopwatch.StartNew();
            await Wait(Pause, end);
            if (waited.Elapsed - Pause is var behind && behind > late) late = behind;
            memory = Math.Max(memory, server.WorkingSet);
        }

        return (slowest, late, memory);
    }

    private static async Task Wait(TimeSpan time, CancellationToken end) => await Task.Delay(time, TimeProvider.System, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static async Task<Answer> Report(ServerProcess server, int reporter)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/services/x/reports") { Content = JsonContent.Create(new { symptom = "app", region = "US" }) };
        request.Headers.Add("X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"20.{reporter / 250}.{reporter % 250}.7"));
        var watch = Stopwatch.StartNew();
        using var answer = await server.Http.SendAsync(request);
        var took = watch.Elapsed;
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return new(answer.StatusCode, json.RootElement.TryGetProperty("type", out var type) ? type.GetString() : null, answer.Headers.RetryAfter?.Delta, took);
    }

    private static async Task<long> Sum(ServerProcess server)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/services/x/series?region=US&interval=1m"));
        return json.RootElement.GetProperty("points").EnumerateArray()
            .Select(point => point.GetProperty("reports"))
            .Sum(reports => reports.ValueKind == JsonValueKind.Null ? 0 : reports.GetInt64());
    }

    private sealed record Answer(HttpStatusCode Status, string? Problem, TimeSpan? RetryAfter, TimeSpan Took);
}
