using System.Globalization;

namespace Aggregator.Benchmarks;

/// <summary>How long single reports take at a rate that is held whatever the server does, timed from when each was due.</summary>
/// <remarks>The simulator's <c>load</c> sends and measures; here it is run and read.</remarks>
internal sealed class LatencyRow() : Row("latency", "Single report at 4,000/s offered, open loop, timed from when it was due")
{
    private const int Rate = 4000;
    private static readonly string[] Heads = ["p50", "p90", "p99", "p99.9", "max"];

    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        var table = new Table(Title, $"Reach: p99 of 10 ms. Milliseconds; the generator is `load --rate {Rate}` of the simulator.", ["contender", .. Heads, "remarks"]);
        var latencies = new Dictionary<Contender, List<double[]>>();
        var measured = await run.Interleave(Name, [Contender.Embedded, Contender.OnRedis], async (contender, server) =>
        {
            var (code, output) = await ChildProcess.RunToEnd("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "Aggregator.Simulator.dll"), "load", "--url", server.Address.ToString(),
                "--rate", $"{Rate}", "--seconds", $"{run.Options.Time.TotalSeconds}", "--warmup", $"{run.Options.WarmUp.TotalSeconds}",
            ], cancel);
            var told = Read(output);
            if (!latencies.TryGetValue(contender, out var all)) latencies[contender] = all = [];
            all.Add(told);
            return new Turn(Rate, 0, code == 0 ? $"p99 {told[2]:0.0} ms" : $"**not all were taken: {Rates(output)}**");
        }, cancel);
        foreach (var (contender, turns) in measured)
        {
            var remarks = turns.Select(turn => turn.Remark).Where(remark => remark.StartsWith('*')).Distinct();
            table.Add([contender.Name, .. Heads.Select((_, i) => Spread.Of(latencies[contender].Select(told => told[i])).Told("0.00")), string.Join("; ", remarks)]);
        }

        return table;
    }

    private static double[] Read(string output)
    {
        var rows = output.Split('\n').Where(line => line.StartsWith('│')).Select(line => line.Split('│', StringSplitOptions.TrimEntries)).ToList();
        var latency = rows.FirstOrDefault(cells => cells[1].StartsWith("latency", StringComparison.Ordinal));
        return latency is { Length: >= 7 }
            ? [.. latency[2..7].Select(cell => double.Parse(cell.Split(' ')[0], CultureInfo.InvariantCulture))]
            : throw new LoadException($"the simulator told no latencies:{Environment.NewLine}{output}");
    }

    private static string Rates(string output) =>
        output.Split('\n').FirstOrDefault(line => line.StartsWith("offered", StringComparison.Ordinal))?.Trim() ?? "no rates told";
}
