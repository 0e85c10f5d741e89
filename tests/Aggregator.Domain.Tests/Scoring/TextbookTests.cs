using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class TextbookTests
{
    private const int Onset = 20 * 1440 + 600;
    private static readonly int[] Struck = Counts(flood: true);

    public static TheoryData<string> Names => [.. TextbookDetector.All.Select(textbook => textbook.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_flood_scores_higher_than_anything_before_it(string name)
    {
        var scores = Of(name)(Struck);
        Assert.Equal(Struck.Length, scores.Length);
        Assert.All(scores, score => Assert.True(float.IsFinite(score) && score >= 0));
        Assert.True(scores[Onset..(Onset + 30)].Max() > 1.5 * scores[..Onset].Max());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_score_uses_no_count_of_a_later_minute(string name)
    {
        var scores = Of(name)(Struck);
        Assert.Equal(Of(name)(Counts(flood: false))[..Onset], scores[..Onset]);
        Assert.Equal(Of(name)(Struck[..(Onset + 7)]), scores[..(Onset + 7)]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_and_gaps_score_nothing(string name)
    {
        Assert.All(Of(name)(new int[20 * 1440]), score => Assert.Equal(0, score));
        Assert.All(Of(name)([.. Enumerable.Repeat(-1, 20 * 1440)]), score => Assert.Equal(0, score));
        Assert.Empty(Of(name)([]));
    }

    [Fact]
    public void A_regression_follows_a_trend_without_noise()
    {
        var regression = new Regression(40);
        for (var t = -40; t < 0; t++) regression.Add(t, 100 * Math.Exp(0.02 * t));
        regression.Fit(trend: true);
        Assert.Equal(100, regression.Expected, 1e-6);
        Assert.Equal(1, regression.Dispersion);
    }

    [Fact]
    public void A_past_outbreak_hardly_moves_the_expectation_once_it_is_weighed_down()
    {
        var regression = new Regression(60);
        var dice = new Dice(1, "regression");
        for (var t = -60; t < 0; t++) regression.Add(t, t == -30 ? 400 : dice.Poisson(20));
        regression.Fit(trend: true);
        var before = regression.Dispersion;
        regression.WeighDown(beyond: 2.58);
        regression.Fit(trend: true);
        Assert.InRange(regression.Expected, 16, 24);
        Assert.True(regression.Dispersion < before / 5);
    }

    private static Func<int[], float[]> Of(string name) => TextbookDetector.All.Single(textbook => textbook.Name == name).Scores;

    private static int[] Counts(bool flood)
    {
        var dice = new Dice(5, "textbook");
        return [.. Enumerable.Range(0, 21 * 1440).Select(minute => dice.Poisson(3 + 2 * Math.Sin(minute * Math.Tau / 1440)) + (flood && minute is >= Onset and < Onset + 60 ? 30 : 0))];
    }
}
