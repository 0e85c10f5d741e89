using CsCheck;

namespace Aggregator.Domain.Tests;

public class BarsTests
{
    [Fact]
    public void A_bar_is_spread_as_evenly_as_whole_numbers_can_be() =>
        Assert.Equal([0, 1, 0, 1, 1], Bars.Spread(3, 5));

    [Fact]
    public void The_minutes_add_up_to_the_bar_and_no_two_differ_by_more_than_one() =>
        Gen.Select(Gen.Long[0, 1_000_000_000], Gen.Int[1, 60]).Sample((count, minutes) =>
        {
            var spread = Bars.Spread(count, minutes);
            Assert.Equal(count, spread.Sum());
            Assert.InRange(spread.Max() - spread.Min(), 0, 1);
        });
}
