namespace Aggregator.Domain.Tests;

public class SeveritiesTests
{
    [Theory]
    [InlineData(691, 4, 60, Severity.Critical)]
    [InlineData(121, 4, 60, Severity.Error)]
    [InlineData(55, 4, 60, Severity.Warning)]
    [InlineData(2000, 10, 300, Severity.Critical)]
    [InlineData(2000, 10, 3600, Severity.Warning)]
    public void More_reports_a_second_are_more_severe(double observed, double expected, int seconds, Severity severity) =>
        Assert.Equal(severity, Of(observed, expected, seconds));

    [Theory]
    [InlineData(10_000, 8_000, Severity.Warning)]
    [InlineData(10_000, 4_000, Severity.Error)]
    [InlineData(10_000, 2_000, Severity.Critical)]
    [InlineData(10_000, 0, Severity.Critical)]
    public void What_is_large_but_nearly_usual_is_not_severe(double observed, double expected, Severity severity) =>
        Assert.Equal(severity, Of(observed, expected, 300));

    [Fact]
    public void A_burst_of_a_moment_counts_over_a_minute() => Assert.Equal(Severity.Warning, Of(50, 1, 10));

    [Fact]
    public void What_nobody_could_see_is_not_severe() => Assert.Equal(Severity.Warning, Severities.Of(Verdict.Blind(default)));

    private static Severity Of(double observed, double expected, int seconds) => Severities.Of(new(
        Level.Spike, VerdictReason.FarAboveUsual, observed, expected, TimeSpan.FromSeconds(seconds), Score: 40, Since: default));
}
