using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aggregator.Benchmarks;

/// <summary>The same server with all of its telemetry off, as it is shipped, and with a collector that takes everything and keeps nothing.</summary>
/// <remarks>
/// The differences are smaller than what a machine differs from minute to minute, so all four stay up and take many short turns, one at a time: ask for many
/// rounds of two seconds. Told is the processor time of the server, which other work on the machine moves less than the rate.
/// </remarks>
internal sealed class TelemetryRow() : Row("telemetry", "What telemetry costs the intake: single reports, one hot key, embedded store")
{
    // Far enough that the warm-up and the round before do not get there: their reporters would be heard twice.
    private const long AfterWarmUp = 100_000_000, EachRound = 1_000_000;

    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        await using var collector = NoOpEndpoint.Bare($"http://127.0.0.1:{Ports.Free()}");
        collector.MapPost("/v1/{signal}", async (HttpRequest request) =>
        {
            await request.Body.CopyToAsync(Stream.Null);
            return TypedResults.Bytes([], "application/x-protobuf");
        });
        await collector.StartAsync(cancel);
        string[] collected = [$"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"];
        var contenders = new List<Measured>();
        try
        {
            contenders.Add(new("off (`OTEL_SDK_DISABLED=true`)", await RunningServer.Embedded(cancel, "--OTEL_SDK_DISABLED=true")));
            contenders.Add(new("as shipped: metrics, no collector", await RunningServer.Embedded(cancel)));
            contenders.Add(new("a collector: metrics, logs, 50 traces a second", await RunningServer.Embedded(cancel, collected)));
            contenders.Add(new("a collector, every trace (`OTEL_TRACES_SAMPLER=always_on`)", await RunningServer.Embedded(cancel, [.. collected, "--OTEL_TRACES_SAMPLER=always_on"])));
            await Take(run, contenders, cancel);
            return Told(contenders);
        }
        finally
        {
            foreach (var contender in contenders) await contender.Server.DisposeAsync();
        }
    }

    private static async Task Take(LoadRun run, List<Measured> contenders, CancellationToken cancel)
    {
        var requests = ReportRequests.HotKey(oneReporter: false).Set;
        foreach (var contender in contenders) await run.Generator.Send(contender.Server.Address, requests, run.Options.WarmUp, 0, cancel);
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            foreach (var contender in contenders)
            {
                var before = contender.Server.ProcessorTime;
                var sent = await run.Generator.Send(contender.Server.Address, requests, run.Options.Time, AfterWarmUp + round * EachRound, cancel);
                var cost = (contender.Server.ProcessorTime - before).TotalMicroseconds / Math.Max(1, sent.Requests);
                contender.Turns.Add((sent, cost));
                LoadRun.Say($"telemetry, round {round + 1} of {run.Options.Rounds}, {contender.Name}: {sent.PerSecond:N0}/s, {cost:0.0} us a report");
            }
        }
    }

    private Table Told(List<Measured> contenders)
    {
        var off = contenders[0].Turns;
        var table = new Table(Title, "Middle half of the turns in brackets. A ratio is that of the same round.", ["contender", "us of the server a report", "x off", "reports/s", "x off", "errors"]);
        foreach (var (contender, turns) in contenders.Select(one => (one, one.Turns)))
        {
            var first = contender == contenders[0];
            table.Add(
            [
                contender.Name, Middle(turns.Select(turn => turn.Cost), "0.0"), first ? "" : Middle(turns.Zip(off, (its, without) => its.Cost / without.Cost), "0.00"),
                Middle(turns.Select(turn => turn.Sent.PerSecond), "N0"), first ? "" : Middle(turns.Zip(off, (its, without) => its.Sent.PerSecond / without.Sent.PerSecond), "0.00"),
                $"{turns.Sum(turn => turn.Sent.Errors):N0}",
            ]);
        }

        return table;
    }

    private static string Middle(IEnumerable<double> all, string format)
    {
        double[] sorted = [.. all.Order()];
        return $"{sorted[sorted.Length / 2].ToString(format)} ({sorted[sorted.Length / 4].ToString(format)} - {sorted[sorted.Length * 3 / 4].ToString(format)})";
    }

    private sealed record Measured(string Name, RunningServer Server)
    {
        public List<(Sent Sent, double Cost)> Turns { get; } = [];
    }
}
