using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>Plays a file of real reports, shifted so that the first is sent now.</summary>
internal sealed class FileReplay(AggregatorClient client, Stage stage, TimeProvider time, ReplayOptions options)
{
    public async Task<int> Run(string path, CancellationToken cancel)
    {
        var file = new ReportFile(path);
        var day = DateOnly.FromDateTime((file.FirstTime ?? time.GetUtcNow()).UtcDateTime);
        var (from, to) = (Arguments.Moment("--start", options.Start, day), Arguments.Moment("--end", options.End, day));
        var summary = file.Scan(from, to);

        var catalog = new Catalog(client, stage.Console);
        if (options.Add) await catalog.Add(summary.Named, cancel);
        await catalog.Check(summary.Named, cancel);

        var services = summary.Named.SymptomsByService.Keys.ToArray();
        var watch = new Watch(client, time, services);
        await watch.Look(cancel);

        var now = time.GetUtcNow();
        var clock = new ReplayClock(summary.First, now, now, options.Speed);
        var end = to ?? summary.Last;
        var sender = new Sender(client, time, $"sim{now.ToUnixTimeMilliseconds():x}");
        var performance = new Performance(client, sender, watch, stage, time);
        stage.Console.MarkupLineInterpolated($"[bold]{Path.GetFileName(path)}[/]: {summary.Reports:N0} reports, {summary.BySeries.Count} series, {options.Speed:0.##} times faster: {Moments.InWords((end - summary.First) / options.Speed)}");

        var stopped = await performance.Run(file.Shifted(from, to, clock), clock, end, options.Wait, () => Table(summary, clock, watch.Sightings), cancel);

        stage.Console.Write(Table(summary, clock, watch.Sightings));
        performance.Close(stage.Console);
        return performance.ExitCode(stage.Console, stopped, falseSpike: false);
    }

    private static Table Table(FileSummary summary, ReplayClock clock, Sightings sightings)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("series", "reports", "spike from (in the file)", "to", "for (real)");
        var sums = sightings.Seen.Where(key => key.Region.IsAll);
        foreach (var key in summary.BySeries.OrderByDescending(series => series.Value).Select(series => series.Key).Concat(sums))
        {
            var reports = key.Region.IsAll ? "" : $"{summary.BySeries[key]:N0}";
            var episodes = sightings.EpisodesOf(key);
            if (episodes.Count == 0) table.AddRow(key.ToString(), reports, "never", "", "");
            for (var i = 0; i < episodes.Count; i++)
            {
                var episode = episodes[i];
                table.AddRow(
                    i == 0 ? key.ToString() : "", i == 0 ? reports : "", $"{clock.ToScenario(episode.First):yyyy-MM-dd HH:mm}",
                    $"{clock.ToScenario(episode.Last):yyyy-MM-dd HH:mm}{(episode.Over ? "" : " and on")}", Moments.InWords(episode.Last - episode.First));
            }
        }

        return table;
    }
}
