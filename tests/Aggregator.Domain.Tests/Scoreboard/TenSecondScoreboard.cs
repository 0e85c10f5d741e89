using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

/// <summary>Is the detector still as fast on buckets of ten seconds, and as seldom wrong?</summary>
/// <remarks>The ledger holds many trials. The first few of them are measured in each test run and compared with their own columns, so nothing is left to chance.</remarks>
[Collection(nameof(Ledger))]
[Trait("Takes", "long")]
public class TenSecondScoreboard
{
    private const long Seed = 1;
    private const int FewTrials = 30;
    private const int FewMonths = 2;
    private const string Outages = "On ten-second buckets: from onset to Spike";
    private const string Calm = "On ten-second buckets: where nothing happens";
    private const string Bursts = "On ten-second buckets: bursts of bots";
    private const string AllVolumes = "all";

    private static readonly LedgerFigure<(DelayRow All, DelayRow Few)>[] OfOutages =
    [
        new("trials", row => row.All.Trials, 0),
        new("median, s", row => row.All.Median, 0),
        new("90 %, s", row => row.All.Ninety, 0),
        new("missed, %", row => 100 * row.All.Missed, 1),
        new($"median of the first {FewTrials}", row => row.Few.Median, 0, Better: -1, Slack: 3),
        new($"90 % of the first {FewTrials}", row => row.Few.Ninety, 0, Better: -1, Slack: 10),
    ];

    private static readonly LedgerFigure<(QuietRow All, QuietRow Few)>[] OfCalm =
    [
        new("series of 30 days", row => row.All.Months, 0),
        new("false spikes", row => row.All.FalseSpikes, 0),
        new("in windows up to 2 min", row => row.All.InSeconds, 0),
        new("per series and 30 days", row => row.All.PerMonth, 3),
        new($"in the first {FewMonths} of each", row => row.Few.FalseSpikes, 0, Better: -1, Slack: 1),
    ];

    private static readonly LedgerFigure<(BotRow All, BotRow Few)>[] OfBursts =
    [
        new("trials", row => row.All.Trials, 0),
        new("taken for a spike, %", row => 100 * row.All.Alarmed, 1),
        new($"of the first {FewTrials}, %", row => 100 * row.Few.Alarmed, 1, Better: -1, Slack: 4),
    ];

    [Fact]
    public void No_figure_of_ours_has_dropped()
    {
        // The loudest takes the longest: it is measured for the ledger alone.
        var kinds = Ledger.IsRewritten ? TenSecondFigures.Kinds : [.. TenSecondFigures.Kinds.Where(kind => kind.Usual <= 10)];
        var few = TenSecondFigures.Measure(kinds, Seed, FewTrials, FewMonths);
        if (Ledger.IsRewritten) Rewrite(TenSecondFigures.Measure(kinds, Seed, trials: 200, months: 40), few);

        var drops = few.Delays.SelectMany(row => OfOutages.Select(figure => figure.Drop(Outages, $"{row.Kind}", (row, row))))
            .Concat(OfCalm.Select(figure => figure.Drop(Calm, AllVolumes, (few.AllQuiet, few.AllQuiet))))
            .Concat(few.Bots.SelectMany(row => OfBursts.Select(figure => figure.Drop(Bursts, Name(row), (row, row)))));
        Assert.Empty(drops.OfType<string>());
    }

    private static void Rewrite(TenSecondFigures all, TenSecondFigures few)
    {
        var delays = all.Delays.Zip(few.Delays, (row, first) => ($"{row.Kind}", (row, first)));
        Ledger.Write(Outages, LedgerFigure<(DelayRow, DelayRow)>.Table("outage", OfOutages, delays));

        var quiet = all.Quiet.Zip(few.Quiet, (row, first) => (FormattableString.Invariant($"{row.PerMinute}"), (row, first)));
        Ledger.Write(Calm, LedgerFigure<(QuietRow, QuietRow)>.Table("usual reports per minute", OfCalm, quiet.Append((AllVolumes, (all.AllQuiet, few.AllQuiet)))));

        var bursts = all.Bots.Zip(few.Bots, (row, first) => (Name(row), (row, first)));
        Ledger.Write(Bursts, LedgerFigure<(BotRow, BotRow)>.Table("of 10 to 500 reports within two minutes", OfBursts, bursts));
    }

    private static string Name(BotRow row) => row.Named ? "from one to five networks" : "without a network";
}
