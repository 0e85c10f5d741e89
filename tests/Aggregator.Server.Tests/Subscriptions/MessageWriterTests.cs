using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>What a storm is told as.</summary>
[Collection(OneServer.Name)]
public sealed class MessageWriterTests(AggregatorFixture fixture)
{
    private static readonly DateTimeOffset Noon = Incidents.Noon;

    [Fact]
    public void A_grouped_message_names_what_goes_on_and_not_what_is_over()
    {
        var told = Grouped(MessageFormat.Standard, open: 7, Of("a", ChangeKind.Opened), Of("b", ChangeKind.Opened), Of("b", ChangeKind.Resolved)).GetProperty("data");
        Assert.Equal("Trouble with a: 7 incidents that began since 12:00 UTC go on.", told.Text("sentence"));
        Assert.Equal(["open", "resolved"], told.List("incidents").Select(one => one.Text("state")).Order());
    }

    [Fact]
    public void Where_all_it_tells_is_over_and_others_go_on_it_says_so() => Assert.Equal(
        "2 incidents that began since 12:00 UTC go on; others are over, a and b among them.",
        Grouped(MessageFormat.Standard, open: 2, Of("a", ChangeKind.Resolved), Of("b", ChangeKind.Resolved)).GetProperty("data").Text("sentence"));

    [Fact]
    public void Once_all_is_over_it_says_that() => Assert.Equal(
        "The trouble that began at 12:00 UTC is over, a among it.", Grouped(MessageFormat.Standard, open: 0, Of("a", ChangeKind.Resolved)).GetProperty("data").Text("sentence"));

    [Fact]
    public void What_came_and_went_and_came_again_fires_since_it_was_opened_first()
    {
        var alert = Grouped(MessageFormat.Alertmanager, open: 1, Of("a", ChangeKind.Reopened), Of("a", ChangeKind.Resolved), Of("a", ChangeKind.Reopened)).List("alerts")[0];
        Assert.Equal(("firing", Noon.AddMinutes(-20)), (alert.Text("status"), alert.GetProperty("startsAt").GetDateTimeOffset()));
        Assert.Contains("2 waves", alert.GetProperty("annotations").Text("summary"), StringComparison.Ordinal);
    }

    private static GatheredChange Of(string service, ChangeKind kind) =>
        new($"{service}-20261122-114000", service, kind, 1, Noon, ["US"], Incidents.Verdict(), kind == ChangeKind.Opened ? 1 : 2, Noon.AddMinutes(-20));

    private JsonElement Grouped(MessageFormat format, int open, params GatheredChange[] changes) => JsonDocument.Parse(
        fixture.Server.Get<MessageWriter>().Grouped(new("https://example.com/", new([], [], [], Level.Normal), format), Noon, Noon.AddMinutes(5), [.. changes], open)).RootElement;
}
