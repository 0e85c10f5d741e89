using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

/// <summary>Does the detector still learn what recurs, and hold what lasts?</summary>
[Collection(nameof(Ledger))]
[Trait("Takes", "long")]
public class RoutineScoreboard
{
    private const long Seed = 1;
    private const string Heading = "What recurs and what lasts";

    private static readonly LedgerFigure<RoutineRow>[] Figures =
    [
        new("spikes per week", row => row.SpikesPerWeek, 2, Better: -1, Slack: 0.05),
        new("other spikes per 30 days", row => row.OtherPer30Days, 2, Better: -1, Slack: 0.05),
        new("covered", row => row.Covered, 2, Better: 1, Slack: 0.01),
        new("episodes", row => row.Episodes, 2),
        new("ended within h", row => row.EndedWithinHours, 0, Better: -1, Slack: 1),
        new("told as usual", row => row.ToldAsUsual, 2, Better: 1, Slack: 0.01),
    ];

    [Fact]
    public void No_figure_of_ours_has_dropped()
    {
        var rows = RoutineRow.Measure(RoutineSet.Draw(Seed));
        if (Ledger.IsRewritten) Ledger.Write(Heading, LedgerFigure<RoutineRow>.Table("series", Figures, rows.Select(row => ($"{row.Kind}", row))));

        Assert.Empty(rows.SelectMany(row => Figures.Where(figure => !double.IsNaN(figure.Of(row))).Select(figure => figure.Drop(Heading, $"{row.Kind}", row))).OfType<string>());
    }
}
