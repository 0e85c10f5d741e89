using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

/// <summary>Is the detector still as good? Its figures on a seeded set of minute counts, beside those of the textbooks.</summary>
[Collection(nameof(Ledger))]
[Trait("Takes", "long")]
public class MinuteScoreboard
{
    private const long Seed = 1;
    private const string Ours = "**this detector**";
    private static readonly double[] Budgets = [1.0, 0.1];

    private static readonly LedgerFigure<YardstickRow>[] Figures =
    [
        new("from", row => row.Threshold, 2),
        new("FA", row => row.FalseAlarms, 2, Better: -1, Slack: 0.02),
        new("worst", row => row.Worst, 2, Better: -1, Slack: 0.15),
        new("prec", row => row.Precision, 2, Better: 1, Slack: 0.01),
        new("PoD", row => row.Found, 3, Better: 1, Slack: 0.005),
        new("z<4", row => row.FoundBelow4, 2, Better: 1, Slack: 0.02),
        new("z 4-8", row => row.Found4To8, 2, Better: 1, Slack: 0.02),
        new("z 8-16", row => row.Found8To16, 2, Better: 1, Slack: 0.02),
        new("z>=16", row => row.FoundFrom16, 2, Better: 1, Slack: 0.01),
        new("TTD50", row => row.DelayMedian, 0, Better: -1, Slack: 0.5),
        new("TTD90", row => row.Delay90, 0, Better: -1, Slack: 3),
        new("TTD50 z 4-8", row => row.DelayMedian4To8, 0, Better: -1, Slack: 5),
        new("frag", row => row.Fragments, 2, Better: -1, Slack: 0.02),
        new("clr50", row => row.ClosedMedian, 0, Better: -1, Slack: 2),
        new("clr90", row => row.Closed90, 0, Better: -1, Slack: 4),
        new("bot %", row => 100 * row.BotBursts, 1, Better: -1, Slack: 0.5),
    ];

    [Fact]
    public void No_figure_of_ours_has_dropped()
    {
        var set = SeededSet.Draw(Seed, new()).Set;
        var yardstick = new Yardstick(set);
        var scores = ShippedDetector.Judge(set);
        if (Ledger.IsRewritten) Rewrite(set, yardstick, scores);

        var drops = Budgets.SelectMany(budget => Drops(At(budget), yardstick.Row(scores, yardstick.Calibrate(scores, budget))))
            .Concat(Thresholds().SelectMany(level => Drops("At the shipped thresholds", yardstick.Row(scores, level.Score), level.Name)));
        Assert.Empty(drops);
    }

    private static IEnumerable<string> Drops(string heading, YardstickRow row, string name = Ours) =>
        Figures.Select(figure => figure.Drop(heading, name, row)).OfType<string>();

    private static string At(double budget) => FormattableString.Invariant($"At {budget:0.0} false alarms per series and 30 days");

    private static IEnumerable<(string Name, double Score)> Thresholds() =>
        [("Elevated", new DetectionOptions().ElevatedScore), ("Spike", new DetectionOptions().SpikeScore)];

    private static void Rewrite(LabelledSet set, Yardstick yardstick, float[][] scores)
    {
        var rows = TextbookDetector.All.Select(textbook => (textbook.Name, Scores: textbook.Judge(set))).Prepend((Name: Ours, Scores: scores)).ToArray();
        foreach (var budget in Budgets)
            Write(At(budget), "detector", rows.Select(row => (row.Name, yardstick.Row(row.Scores, yardstick.Calibrate(row.Scores, budget)))));
        Write("At the shipped thresholds", "level", Thresholds().Select(level => (level.Name, yardstick.Row(scores, level.Score))));

        static void Write(string heading, string first, IEnumerable<(string, YardstickRow)> rows) =>
            Ledger.Write(heading, LedgerFigure<YardstickRow>.Table(first, Figures, rows));
    }
}
