using System.Globalization;

namespace Aggregator.Benchmarks;

/// <summary>Whether a server counted what it acknowledged: one that is fast because it fails is found out.</summary>
internal static class CountCheck
{
    private const string Metric = "aggregator_reports_received";

    /// <param name="doubtful">So many more may have been counted, because their answers were not waited for.</param>
    public static async Task<string> Remark(Contender contender, RunningServer server, IEnumerable<string> services, long acknowledged, long doubtful, CancellationToken cancel)
    {
        if (contender == Contender.Naive)
        {
            var count = long.Parse(await server.Http.GetStringAsync(NaiveEndpoint.CountPath, cancel), CultureInfo.InvariantCulture);
            return Fits(count) ? "" : $"**counted {count:N0} of {acknowledged:N0}**";
        }

        var outcomes = await Outcomes(server, cancel);
        var all = outcomes.Values.Sum();
        if (!Fits(all)) return $"**counted {all:N0} of {acknowledged:N0}**";
        var shares = outcomes.Where(outcome => outcome.Value > 0).OrderByDescending(outcome => outcome.Value).Select(outcome => $"{100.0 * outcome.Value / all:0.#} % {outcome.Key}");
        var missing = await SeriesCount.Remark(server, services, outcomes.GetValueOrDefault("counted"), cancel);
        return string.Join(", ", shares.Append(missing).Where(remark => remark.Length > 0));

        bool Fits(long count) => count >= acknowledged && count <= acknowledged + doubtful;
    }

    /// <summary>Reports appended to the store since the server started, by what became of them.</summary>
    public static async Task<Dictionary<string, long>> Outcomes(RunningServer server, CancellationToken cancel)
    {
        // What the endpoint tells is up to a third of a second old.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancel);
        var outcomes = new Dictionary<string, long>();
        foreach (var line in (await server.Http.GetStringAsync("/metrics", cancel)).Split('\n').Where(line => line.StartsWith(Metric, StringComparison.Ordinal)))
        {
            var outcome = line.Split("outcome=\"")[1].Split('"')[0];
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + (long)double.Parse(line.Split("} ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        }

        return outcomes;
    }
}
