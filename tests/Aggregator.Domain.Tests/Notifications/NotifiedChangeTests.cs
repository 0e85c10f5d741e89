namespace Aggregator.Domain.Tests;

public class NotifiedChangeTests
{
    [Theory]
    [InlineData(ChangeKind.Opened, "US", ChangeKind.Resolved, "", true)]
    [InlineData(ChangeKind.Spread, "US", ChangeKind.Resolved, "", true)]
    [InlineData(ChangeKind.Resolved, "", ChangeKind.Reopened, "US", true)]
    [InlineData(ChangeKind.Opened, "US", ChangeKind.Spread, "GB", false)]
    [InlineData(ChangeKind.Opened, "US,GB", ChangeKind.Receded, "GB", false)]
    [InlineData(ChangeKind.Spread, "GB", ChangeKind.Receded, "GB,US", true)]
    [InlineData(ChangeKind.Spread, "GB,FR", ChangeKind.Receded, "GB", false)]
    [InlineData(ChangeKind.Receded, "GB", ChangeKind.Spread, "GB", true)]
    [InlineData(ChangeKind.Receded, "GB", ChangeKind.Spread, "FR", false)]
    [InlineData(ChangeKind.Noted, "", ChangeKind.Resolved, "", false)]
    [InlineData(ChangeKind.Opened, "US", ChangeKind.Noted, "", false)]
    public void A_change_is_overtaken_by_what_makes_it_untrue(ChangeKind kind, string regions, ChangeKind later, string laterRegions, bool overtaken) =>
        Assert.Equal(overtaken, Change(1, kind, regions).IsOvertakenBy(Change(2, later, laterRegions), notesAssertState: false));

    [Fact]
    public void A_note_that_asserts_that_the_incident_goes_on_is_overtaken_by_its_end() =>
        Assert.True(Change(1, ChangeKind.Noted).IsOvertakenBy(Change(2, ChangeKind.Resolved), notesAssertState: true));

    [Fact]
    public void Nothing_is_overtaken_by_what_is_older_or_of_another_incident()
    {
        Assert.False(Change(3, ChangeKind.Opened).IsOvertakenBy(Change(2, ChangeKind.Resolved), notesAssertState: true));
        Assert.False(Change(1, ChangeKind.Opened).IsOvertakenBy(Change(2, ChangeKind.Resolved) with { Incident = "y" }, notesAssertState: true));
    }

    private static NotifiedChange Change(int sequence, ChangeKind kind, string regions = "") =>
        new("x", sequence, kind, [.. regions.Split(',', StringSplitOptions.RemoveEmptyEntries)]);
}
