using Aggregator.Domain;

namespace Aggregator.Server.Tests;

/// <summary>What the front page says of a region and of what is down.</summary>
public class FrontWordingTests
{
    [Fact]
    public void A_region_in_trouble_is_told_with_its_article_and_its_services()
    {
        Assert.Equal("X is having trouble in the United States right now.", Wording.Front("United States", [Trouble("X")], blind: false));
        Assert.Equal("X and Slack are having trouble in France right now.", Wording.Front("France", [Trouble("X"), Trouble("Slack"), Trouble("Zoom", Level.Elevated)], blind: false));
        Assert.Equal("Nothing is in spike in France, but Zoom has more reports than usual.", Wording.Front("France", [Trouble("Zoom", Level.Elevated)], blind: false));
    }

    [Fact]
    public void Trouble_that_eases_is_told_so_and_what_does_not_ease_comes_first()
    {
        ServiceSummary[] services = [Summary("X", Level.Spike), Summary("Slack", Level.Spike), Summary("Zoom", Level.Elevated)];
        Assert.Equal("X and Slack are having trouble right now.", Wording.Front(services, new HashSet<string>()));
        Assert.Equal("Slack is having trouble right now.", Wording.Front(services, new HashSet<string> { "X" }));
        Assert.Equal("The trouble with X and Slack is easing, but it is not over yet.", Wording.Front(services, new HashSet<string> { "X", "Slack" }));

        var easing = Trouble("X") with { Evidence = Trouble("X").Evidence with { Reason = VerdictReason.Easing } };
        Assert.Equal("The trouble with X in France is easing, but it is not over yet.", Wording.Front("France", [easing, Trouble("Zoom", Level.Elevated)], blind: false));
        Assert.Equal("Slack is having trouble in France right now.", Wording.Front("France", [easing, Trouble("Slack")], blind: false));
    }

    [Fact]
    public void Where_nothing_was_learned_yet_nothing_is_called_usual()
    {
        var silent = Summary("X", Level.Normal) with { Expected15m = 0.001 };
        Assert.Equal("Nobody has reported anything lately, and what is usual is not known yet.", Wording.Front([silent], new HashSet<string>()));
        Assert.Equal("Nothing stands out, but there is little to compare with yet.", Wording.Front([silent, silent with { Spark = [0, 2] }], new HashSet<string>()));
        Assert.Equal("Everything looks as usual right now.", Wording.Front([silent, Summary("Slack", Level.Normal)], new HashSet<string>()));
        Assert.Equal("We cannot see how anything is right now.", Wording.Front([silent with { Level = Level.Unknown }], new HashSet<string>()));
    }

    [Fact]
    public void A_quiet_region_is_told_quietly_and_one_out_of_sight_is_not_called_quiet()
    {
        Assert.Equal("Nothing stands out in France right now.", Wording.Front("France", [], blind: false));
        Assert.Equal("What we can see looks as usual in France, but we cannot see everything.", Wording.Front("France", [], blind: false, partlyBlind: true));
        Assert.Equal("We cannot see how anything is in France right now.", Wording.Front("France", [], blind: true));
    }

    [Fact]
    public void Places_are_named_and_where_there_is_none_it_is_spread()
    {
        Assert.Equal("In the United States and France", Wording.Places([new("US", "United States"), new("FR", "France")]));
        Assert.Equal("In places unknown and Canada", Wording.Places([new("ZZ", "Somewhere"), new("CA", "Canada")]));
        Assert.Equal("In Canada, France and 2 more regions", Wording.Places([new("CA", "Canada"), new("FR", "France"), new("DE", "Germany"), new("ZZ", "Somewhere")]));
        Assert.Equal("A little in many regions", Wording.Places([]));
    }

    [Fact]
    public void A_spot_on_the_map_says_region_level_and_services() =>
        Assert.Equal("Japan: Elevated. X and Slack", Wording.Spot(new("JP", "Japan", Level.Elevated, [new("x", "X"), new("slack", "Slack")])));

    [Theory]
    [InlineData("US", true)]
    [InlineData("ZZ", false)]
    [InlineData("US-CA", false)]
    [InlineData("ALL", false)]
    public void Only_iso_regions_are_on_the_map(string region, bool on) => Assert.Equal(on, new RegionTrouble(region, region, Level.Spike, []).OnMap);

    private static ServiceSummary Summary(string name, Level level) => new(name, name, level, 0, 9.2, 0, null, []);

    private static ServiceTrouble Trouble(string name, Level level = Level.Spike) => new(
        name, name, level, [], new(name, "FR", level, VerdictReason.FarAboveUsual, 153, 9.2, 16.6, 131, default, null, null, "5m", null, 80, null, ""), default, [], 9.2);
}
