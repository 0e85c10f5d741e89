namespace Aggregator.Domain.Tests;

[Collection(nameof(Ledger))]
public class LedgerTests
{
    private const string Heading = "At 1.0 false alarms per series and 30 days";
    private const string Ours = "**this detector**";
    private static readonly LedgerFigure<double> Found = new("PoD", found => found, 3, Better: 1, Slack: 0.005);
    private static readonly LedgerFigure<double> Delay = new("TTD50", minutes => minutes, 0, Better: -1, Slack: 0.5);

    [Fact]
    public void A_figure_that_drops_is_told_and_one_that_rises_is_not()
    {
        var was = Ledger.Figure(Heading, Ours, "PoD");
        Assert.Contains("PoD is 0.100", Found.Drop(Heading, Ours, 0.1));
        Assert.NotNull(Found.Drop(Heading, Ours, was - 0.007));
        Assert.NotNull(Found.Drop(Heading, Ours, double.NaN));
        Assert.Null(Found.Drop(Heading, Ours, was - 0.005));
        Assert.Null(Found.Drop(Heading, Ours, 1));
    }

    [Fact]
    public void A_delay_drops_when_it_grows_and_a_missed_one_most_of_all()
    {
        var was = Ledger.Figure(Heading, Ours, "TTD50");
        Assert.NotNull(Delay.Drop(Heading, Ours, was + 2));
        Assert.Contains("missed", Delay.Drop(Heading, Ours, double.PositiveInfinity));
        Assert.Null(Delay.Drop(Heading, Ours, was - 2));
    }

    [Fact]
    public void A_figure_that_is_not_written_down_is_asked_for() =>
        Assert.Contains("UPDATE_LEDGERS=1", Assert.Throws<InvalidOperationException>(() => Ledger.Figure(Heading, Ours, "luck")).Message);
}
