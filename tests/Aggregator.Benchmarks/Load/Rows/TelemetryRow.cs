using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aggregator.Benchmarks;

/// <summary>The same server with all of its telemetry off, as it is shipped, and with a collector that takes everything and keeps nothing.</summary>
internal sealed class TelemetryRow() : Row("telemetry", "What telemetry costs the intake: single reports, one hot key, embedded store")
{
    // Far enough that the warm-up does not get there: its reporters would be heard twice.
    private const long AfterWarmUp = 100_000_000;

    private static readonly Contender Off = new("off (OTEL_SDK_DISABLED)", cancel => RunningServer.Embedded(cancel, "--OTEL_SDK_DISABLED=true"));
    private static readonly Contender Shipped = new("as shipped: metrics, no collector", cancel => RunningServer.Embedded(cancel));

    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        await using var collector = NoOpEndpoint.Bare($"http://127.0.0.1:{Ports.Free()}");
        var spans = 0L;
        collector.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            if (signal == "traces") Interlocked.Add(ref spans, body.Length);
            return TypedResults.Bytes([], "application/x-protobuf");
        });
        await collector.StartAsync(cancel);
        string[] collected = [$"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"];
        var limited = new Contender("a collector: metrics, logs, 50 traces a second", start => RunningServer.Embedded(start, collected));
        var every = new Contender("a collector, every trace (OTEL_TRACES_SAMPLER=always_on)", start => RunningServer.Embedded(start, [.. collected, "--OTEL_TRACES_SAMPLER=always_on"]));

        var requests = ReportRequests.HotKey(oneReporter: false);
        var costs = new Dictionary<Contender, List<double>>();
        var measured = await run.Interleave(Name, [Off, Shipped, limited, every], async (contender, server) =>
        {
            await run.Generator.Send(server.Address, requests.Set, run.Options.WarmUp, 0, cancel);
            Interlocked.Exchange(ref spans, 0);
            var before = server.ProcessorTime;
            var sent = await run.Generator.Send(server.Address, requests.Set, run.Options.Time, AfterWarmUp, cancel);
            var cost = (server.ProcessorTime - before).TotalMicroseconds / Math.Max(1, sent.Requests);
            if (!costs.TryGetValue(contender, out var own)) costs[contender] = own = [];
            own.Add(cost);
            return new Turn(sent.PerSecond, sent.Errors, $"{cost:0.0} us, {Interlocked.Read(ref spans) / run.Options.Time.TotalSeconds / 1000:N0} kB of spans a second");
        }, cancel);

        var table = new Table(Title, "Processor time of the server, which other work on the machine moves less than the rate.", ["contender", "us a report", "x off", "requests/s", "errors"]);
        foreach (var (contender, turns) in measured)
        {
            var ratios = costs[contender].Zip(costs[Off], (its, off) => its / off);
            table.Add([contender.Name, Spread.Of(costs[contender]).Told("0.0"), contender == Off ? "" : Spread.Of(ratios).Told("0.00"), Spread.Of(turns.Select(turn => turn.PerSecond)).Told("N0"), $"{turns.Sum(turn => turn.Errors):N0}"]);
        }

        return table;
    }
}
