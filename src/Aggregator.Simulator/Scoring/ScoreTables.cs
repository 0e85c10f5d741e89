using Aggregator.Domain;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>What <c>score</c> ends with.</summary>
internal sealed class ScoreTables(IAnsiConsole console)
{
    // Of more series than this, those with the highest scores are shown.
    private const int MostSeries = 20;

    private static readonly double[] Budgets = [1.0, 0.1];

    public void Write(Scorer scorer)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("series");
        foreach (var head in new[] { "episodes", "spikes", "peak score", "time per judgement" }) table.AddColumn(new TableColumn(head).RightAligned());

        var shown = scorer.Series.Length <= MostSeries ? scorer.Series : [.. scorer.Series.OrderByDescending(series => series.Peak).Take(MostSeries)];
        foreach (var series in shown)
            table.AddRow(Cells(series.Name, series.Episodes.Count, Spikes(series), series.Peak, JudgingTimes.Median([series.Times])));
        if (shown.Length < scorer.Series.Length) table.AddRow($"... and {scorer.Series.Length - shown.Length} with lower peaks");
        table.AddEmptyRow();
        table.AddRow(Cells(
            $"{scorer.Series.Length} series, {scorer.Rows:N0} rows", scorer.Series.Sum(series => series.Episodes.Count), scorer.Series.Sum(Spikes),
            scorer.Series.Max(series => series.Peak), JudgingTimes.Median(scorer.Series.Select(series => series.Times))));
        console.Write(table);
    }

    /// <summary>How good the scores are, at the shipped thresholds and at two budgets of false alarms.</summary>
    public void Write(Yardstick yardstick, TraceBlocks blocks, DetectionOptions detection, BucketGrid grid)
    {
        if (yardstick.IsEmpty)
        {
            console.WriteLine($"The labels are not used: the first {Yardstick.HistoryDays} days are history, and there are no more.");
            return;
        }

        var scores = blocks.ToArrays();
        WriteLine($"{"",-22}{YardstickRow.Head}");
        WriteRow("shipped, Elevated", detection.ElevatedScore);
        WriteRow("shipped, Spike", detection.SpikeScore);
        foreach (var budget in Budgets) WriteRow($"budget {budget:0.0}", yardstick.Calibrate(scores, budget));

        void WriteRow(string name, double threshold) => WriteLine($"{name,-22}{yardstick.Row(scores, threshold).ToText(grid.Length < TimeSpan.FromMinutes(1))}");
    }

    // Lines of figures are not wrapped.
    private void WriteLine(string line) => console.Profile.Out.Writer.WriteLine(line);

    private static Text[] Cells(string name, int episodes, int spikes, double peak, double nanoseconds) =>
        [new(name), new($"{episodes:N0}"), new($"{spikes:N0}"), new($"{peak:0.0}"), new($"{nanoseconds:N0} ns")];

    private static int Spikes(ScoredSeries series) => series.Episodes.Count(episode => episode.Level == Level.Spike);
}
