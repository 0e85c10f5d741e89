using Aggregator.Domain;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>Scores one table of counts, writes what was asked for, and tells how it went.</summary>
internal sealed class ScoreRun(ScoreOptions options, IAnsiConsole console, TimeProvider time)
{
    private readonly DetectionOptions _detection = new();

    public async Task Score(string path, CancellationToken cancel)
    {
        options.Spare(path);
        var beside = LabelledFiles.Beside(path);
        using var counts = CountFile.Open(path);
        using var networks = options.Networks is null ? null : NetworkFile.Open(options.Networks, counts);
        var episodes = beside.ReadEpisodes(counts.Names, out var leftOut);
        var means = beside.ReadMeans(counts.Names);

        using var trace = options.Trace is null ? null : new PartFile(options.Trace, "--trace");
        using var alerts = options.Alerts is null ? null : new PartFile(options.Alerts, "--alerts");
        using var blocks = trace is null && beside.Labels is null ? null : new TraceBlocks(Place(trace), counts.Names.Count);

        var scorer = new Scorer(counts, networks, options, _detection, time);
        console.WriteLine($"{path}: {counts.Names.Count} series in buckets of {options.Interval} from {options.Start.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");
        console.WriteLine($"Shipped thresholds: Elevated {_detection.ElevatedScore}, Spike {_detection.SpikeScore}");
        var work = Task.Run(() => scorer.Run(blocks, cancel), cancel);
        await new Stage(console, time).Follow(work, () => new Text(Progress(scorer)), () => Progress(scorer));

        if (trace is not null) blocks!.WriteTo(trace.Stream);
        if (alerts is not null) Write(scorer, alerts.Stream);
        trace?.Keep();
        alerts?.Keep();

        var tables = new ScoreTables(console);
        tables.Write(scorer);
        if (beside.Labels is null) return;
        if (leftOut > 0) console.WriteLine($"{beside.Labels}: {leftOut} labels of series that are not here are left out.");
        for (var i = 0; i < means.Length; i++)
            if (double.IsNaN(means[i])) means[i] = scorer.Series[i].MeanPerMinute;
        tables.Write(new Yardstick(means, episodes, options.Grid.Length, (int)blocks!.Rows), blocks, _detection, options.Grid);
    }

    private static string Progress(Scorer scorer) => $"{scorer.Rows:N0} buckets judged";

    private static string Place(PartFile? trace) =>
        trace is null || trace.Folder.StartsWith("/dev", StringComparison.Ordinal) ? Path.GetTempPath() : trace.Folder;

    private static void Write(Scorer scorer, Stream to)
    {
        using var lines = new StreamWriter(to, leaveOpen: true);
        foreach (var series in scorer.Series)
            foreach (var episode in series.Episodes) lines.Write(episode.ToJson(series.Name) + "\n");
    }
}
