using Aggregator.Domain;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>The tables of a scenario's replay.</summary>
internal static class ScenarioTables
{
    public static Table Live(Scenario scenario, ReplayClock clock, DateTimeOffset end, Sightings sightings)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("series", "wave", "now", "observed / expected", "first seen");
        foreach (var key in scenario.Series.Select(series => series.Key))
        {
            var latest = sightings.LatestOf(key);
            var waves = string.Join(", ", scenario.WavesOf(key, clock.Start, end).Select(wave => wave.Name));
            table.AddRow(
                new Text(NameOf(scenario, key)), new Text(waves), new Text(latest?.Level ?? "-", StyleOf(latest)), new Text(Arithmetic(latest)),
                new Text(sightings.EpisodesOf(key) is [var first, ..] ? $"{first.First:HH:mm:ss}" : ""));
        }

        return table;
    }

    public static Table Final(IReadOnlyList<ScoreRow> rows, Sightings sightings)
    {
        var oneService = rows.Select(row => row.Key.Service).Distinct().Count() == 1;
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("region", "wave", "onset", "onset (real)", "detected (real)", "delay", "highest observed / expected");
        foreach (var row in rows)
        {
            var (word, style) = row.Sight switch
            {
                Sight.Detected => ($"{row.Detected:HH:mm:ss}", new Style(Color.Green)),
                Sight.StillSpike => ("still a spike", Style.Plain),
                Sight.NotDetected => ("NOT DETECTED", new Style(Color.Red)),
                Sight.Never => ("never", Style.Plain),
                Sight.Inherited => ("a spike before the replay", new Style(Color.Yellow)),
                _ => ($"FALSE SPIKE at {row.Detected:HH:mm:ss}", new Style(Color.Red)),
            };
            table.AddRow(
                new Text(oneService ? row.Key.Region.Value : row.Key.ToString()), new Text(row.Wave ?? "-"), new Text($"{row.Onset:HH:mm:ss}"), new Text($"{row.RealOnset:HH:mm:ss}"),
                new Text(word, style), new Text(row.Delay is { } delay ? Moments.InWords(delay) : ""), new Text(Arithmetic(sightings.WorstOf(row.Key))));
        }

        return table;
    }

    public static string Arithmetic(SpikeAnswer? spike) =>
        spike is null ? "" : $"{spike.Observed:N0} / {spike.Expected:N1}{(spike.Ratio is { } ratio ? $" = {ratio:N1} x" : "")}";

    private static Style StyleOf(SpikeAnswer? spike) => spike switch
    {
        null => Style.Plain,
        { IsSpike: true } => new(Color.Red),
        _ => new(Color.Yellow),
    };

    private static string NameOf(Scenario scenario, SeriesKey key) => scenario.Services.Skip(1).Any() ? key.ToString() : key.Region.Value;
}
