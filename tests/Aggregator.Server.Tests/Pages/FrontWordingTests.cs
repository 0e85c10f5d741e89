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

    private static ServiceTrouble Trouble(string name, Level level = Level.Spike) => new(
        name, name, level, [], new(name, "FR", level, VerdictReason.FarAboveUsual, 153, 9.2, 16.6, 131, default, null, null, "5m", null, 80, null, ""), default, [], 9.2);
}
