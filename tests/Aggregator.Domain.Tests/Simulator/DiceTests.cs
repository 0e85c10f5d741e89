using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class DiceTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(70)]
    public void A_poisson_number_has_the_mean_and_the_variance_asked_for(double mean)
    {
        var dice = new Dice(11, "poisson");
        var draws = Enumerable.Range(0, 40_000).Select(_ => (double)dice.Poisson(mean)).ToArray();
        var average = draws.Average();
        Assert.InRange(average, mean * 0.97 - 0.005, mean * 1.03 + 0.005);
        Assert.InRange(draws.Average(draw => (draw - average) * (draw - average)), mean * 0.95 - 0.005, mean * 1.05 + 0.005);
    }

    [Fact]
    public void Nobody_comes_where_none_is_expected() => Assert.Equal(0, new Dice(1, "none").Poisson(0));

    [Fact]
    public void Names_make_different_dice()
    {
        Assert.NotEqual(new Dice(1, "ab", "c").Next(), new Dice(1, "a", "bc").Next());
        Assert.NotEqual(new Dice(1, "a").Next(), new Dice(2, "a").Next());
    }

    [Fact]
    public void A_normal_number_has_mean_0_and_variance_1()
    {
        var dice = new Dice(3, "normal");
        var draws = Enumerable.Range(0, 40_000).Select(_ => dice.Normal()).ToArray();
        Assert.InRange(draws.Average(), -0.02, 0.02);
        Assert.InRange(draws.Average(draw => draw * draw), 0.97, 1.03);
    }

    [Fact]
    public void What_wanders_keeps_its_variance_and_forgets_in_steps_of_any_length()
    {
        var wander = new Wander(new(4, "wander"), variance: 0.25, memory: 10);
        var (squares, products, last) = (0.0, 0.0, wander.After(5));
        for (var i = 0; i < 40_000; i++)
        {
            // Two steps of a half are one whole.
            wander.After(4);
            var now = wander.After(6);
            (squares, products, last) = (squares + now * now, products + now * last, now);
        }

        Assert.InRange(squares / 40_000, 0.24, 0.26);
        Assert.InRange(products / squares, Math.Exp(-1) - 0.02, Math.Exp(-1) + 0.02);
    }
}
