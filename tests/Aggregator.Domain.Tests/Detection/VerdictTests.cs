namespace Aggregator.Domain.Tests;

public class VerdictTests
{
    private static readonly BucketGrid Ten = BucketGrid.TenSeconds;

    [Theory]
    [InlineData(1, 0, 3)]
    [InlineData(5, 1, 10)]
    [InlineData(10, 4, 17)]
    [InlineData(50, 37, 64)]
    public void Where_counts_scatter_by_chance_alone_the_usual_range_is_that_of_Poisson(double expected, double low, double high) =>
        Assert.Equal((low, high), Of(expected).Usual);

    [Fact]
    public void Usual_holds_ninety_five_counts_of_a_hundred_however_much_they_scatter()
    {
        var chance = new Chance(7);
        foreach (var expected in new[] { 0.02, 0.5, 5, 90, 110, 1000, 50_000 })
        {
            foreach (var phi in new[] { 0.005, 0.05, 0.3 })
            {
                var (low, high) = Of(expected, phi).Usual;
                var (inside, below) = (0, 0);
                for (var i = 0; i < 4000; i++)
                {
                    var count = chance.Count(expected * chance.Scatter(phi));
                    if (count < low) below++;
                    else if (count <= high) inside++;
                }

                Assert.InRange(low, 0, expected);
                Assert.InRange(high, expected, double.MaxValue);
                Assert.InRange(inside / 4000.0, 0.94, expected < 50 ? 1 : 0.965);
                Assert.InRange(below / 4000.0, 0, 0.035);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Where_nothing_is_expected_there_is_neither_ratio_nor_range(double expected) =>
        Assert.Equal((null, (0, 0)), (Of(expected).Ratio, Of(expected).Usual));

    [Fact]
    public void The_largest_numbers_have_a_range_too()
    {
        var (low, high) = Of(1e13, 0.6).Usual;
        Assert.True(low is > 0 and < 1e13 && high > 1e13 && double.IsFinite(high));
    }

    [Fact]
    public void Of_a_series_without_a_baseline_nothing_is_known_of_chance()
    {
        Assert.NotNull(Of(10).Chance);
        Assert.Null((Of(10) with { Reason = VerdictReason.NoBaselineYet }).Chance);
        Assert.Null(Verdict.Blind(Watch.Monday).Chance);
    }

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(10, 4)]
    [InlineData(100, 3)]
    public void The_onset_of_an_abrupt_outage_is_found_and_stays_where_it_was(double perMinute, double times)
    {
        var watch = new Watch(Ten).Learn(7, perMinute).Live(TimeSpan.FromHours(1), perMinute);
        Assert.All(watch.Said, verdict => Assert.Null(verdict.Onset));
        var onset = watch.Now;
        foreach (var _ in Enumerable.Range(0, 3))
        {
            watch.Live(TimeSpan.FromMinutes(20), perMinute * times);
            Assert.InRange(watch.Said[^1].Onset!.Value, onset.AddMinutes(-7), onset.AddMinutes(2));
        }

        watch.Live(TimeSpan.FromHours(3), perMinute);
        Assert.Equal((Level.Normal, null), (watch.Said[^1].Level, watch.Said[^1].Onset));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Where_nothing_was_reported_before_the_onset_is_the_bucket_of_the_first_report(int into)
    {
        var watch = new Watch(Ten).Learn(3, 0.05);
        for (var bucket = 0; bucket < 600 + into; bucket++) watch.Close(0);
        var first = watch.Now;
        for (var bucket = 0; bucket < 60; bucket++) watch.Close(30);

        Assert.Equal([first], watch.Said.Where(verdict => verdict.Level == Level.Spike).Select(verdict => verdict.Onset!.Value).Distinct());
        Assert.Equal(first, watch.Said[^1].Since);
    }

    [Fact]
    public void The_onset_of_a_growing_outage_lies_before_it_was_first_seen_however_sure_later_windows_are()
    {
        var watch = new Watch(Ten).Learn(7, 20).Live(TimeSpan.FromHours(1), 20);
        for (var minute = 1; minute <= 60; minute++) watch.Live(TimeSpan.FromMinutes(1), 20 + 2 * minute);

        var seen = watch.Said.FindIndex(verdict => verdict.Level != Level.Normal);
        var firstSeen = watch.Now - (watch.Said.Count - seen - 1) * Ten.Length;
        Assert.All(watch.Said.Skip(seen), verdict => Assert.InRange(verdict.Onset!.Value, firstSeen.AddMinutes(-60), firstSeen));
    }

    [Fact]
    public void What_lay_before_a_gap_is_not_told_as_the_last_minutes()
    {
        var watch = new Watch(Ten).Learn(7, 10).Live(TimeSpan.FromHours(1), 10).Live(TimeSpan.FromMinutes(10), 400).Gap(6 * 20);
        var after = watch.Close(1);

        Assert.Equal(Level.Spike, after.Level);
        Assert.True(after.Observed <= 1 || after.Window > TimeSpan.FromMinutes(20), $"{after.Observed} in {after.Window}");
    }

    private static Verdict Of(double expected, double phi = 0) =>
        new(Level.Spike, VerdictReason.FarAboveUsual, 100, expected, TimeSpan.FromMinutes(5), 9, Watch.Monday, phi);
}
