namespace Aggregator.Domain.Tests;

public class SpikeDetectorSightTests
{
    private static readonly BucketGrid Ten = BucketGrid.TenSeconds;

    [Fact]
    public void Two_buckets_without_sight_are_unknown_and_the_first_seen_one_is_judged_again()
    {
        var watch = new Watch(Ten).Learn(3, 2).Live(TimeSpan.FromMinutes(10), 2);
        Assert.Equal(Level.Normal, watch.Close(null).Level);

        var blind = watch.Close(null);
        Assert.Equal((Level.Unknown, VerdictReason.NoSight, watch.Now), (blind.Level, blind.Reason, blind.Since));
        Assert.Equal(blind, watch.Close(null));
        Assert.Equal(Level.Normal, watch.Close(0).Level);
    }

    [Fact]
    public void A_gap_is_not_calm_a_spike_is_still_a_spike_when_sight_returns()
    {
        var watch = new Watch(Ten).Learn(3, 2).Live(TimeSpan.FromMinutes(10), 2).Live(TimeSpan.FromMinutes(5), 300);
        var since = watch.Said[^1].Since;
        watch.Gap(360);
        Assert.Equal(Level.Unknown, watch.Said[^1].Level);

        watch.Said.Clear();
        watch.Live(TimeSpan.FromHours(1), 2);
        Assert.Equal((Level.Spike, since), (watch.Said[0].Level, watch.Said[0].Since));
        Assert.Equal(Level.Spike, watch.Said[70].Level);
        Assert.Equal(Level.Normal, watch.Said[^1].Level);
    }

    [Theory]
    [InlineData(3, 1, 3)]
    [InlineData(3, 7, 6)]
    [InlineData(5, 3, 6)]
    public void Short_gaps_put_the_end_of_a_spike_off_by_hardly_more_than_the_minutes_they_touch(int gaps, int buckets, int minutes)
    {
        Assert.InRange(ClosesUntilCalm(gaps, buckets), ClosesUntilCalm(0, 0), ClosesUntilCalm(0, 0) + 6 * (minutes + 2));

        // The same reports in every run, and every now and then nobody looks.
        static int ClosesUntilCalm(int gaps, int buckets)
        {
            var watch = new Watch(Ten).Learn(3, 2).Live(TimeSpan.FromMinutes(10), 2).Live(TimeSpan.FromMinutes(5), 300);
            for (var closes = 0; ; closes++)
            {
                var unseen = closes / 20 < gaps && closes % 20 >= 13 && closes % 20 < 13 + buckets;
                if (watch.Close(unseen ? null : closes % 3 == 0 ? 1 : 0).Level == Level.Normal) return closes;
            }
        }
    }

    [Fact]
    public void Buckets_left_out_are_gaps_and_one_closed_before_is_not_closed_again()
    {
        var (left, told) = (new Watch(Ten).Learn(3, 2), new Watch(Ten).Learn(3, 2));
        told.Gap(500);
        var bucket = told.Bucket;

        Assert.Equal(told.Detector.Close(bucket, 3), left.Detector.Close(bucket, 3));
        Assert.Equal(told.Detector.Save(), left.Detector.Save());
        Assert.Equal(left.Detector.Latest, left.Detector.Close(bucket, 1_000_000));
        Assert.Equal(bucket + 1, left.Detector.Next);
    }

    [Fact]
    public void Quiet_hours_out_of_sight_are_not_learned()
    {
        var watch = new Watch(Ten).Learn(7, 10);
        var noon = Watch.Monday.AddHours(12);
        var before = watch.Detector.Expected(noon, noon.AddHours(1));
        watch.Detector.Close(watch.Bucket + 5 * Ten.PerDay, 2);

        Assert.Equal(before, watch.Detector.Expected(noon, noon.AddHours(1)), before * 0.05);
    }

    [Fact]
    public void History_never_raises_a_spike_and_does_not_reach_back_behind_what_was_closed()
    {
        var watch = new Watch(Ten).Learn(14, 5);
        watch.Detector.Learn(watch.Now, [.. Enumerable.Repeat((long?)5000, 240)]);
        var next = watch.Detector.Next!.Value;
        Assert.Equal(watch.Bucket + 240 * 6, next);
        Assert.NotEqual(Level.Spike, watch.Detector.Close(next, 1).Level);

        var saved = watch.Detector.Save();
        watch.Detector.Learn(Watch.Monday, new long?[14 * 1440]);
        Assert.Equal(saved, watch.Detector.Save());
    }

    [Fact]
    public void Of_the_first_minutes_no_more_is_told_than_was_seen()
    {
        var watch = new Watch(Ten).Learn(14, 60).Live(TimeSpan.FromMinutes(2), 60);
        var verdict = watch.Detector.Latest;
        Assert.Equal(TimeSpan.FromMinutes(2), verdict.Window);
        Assert.InRange(verdict.Expected, 90, 150);
        Assert.InRange(verdict.Observed, 80, 160);
    }

    [Fact]
    public void A_detector_goes_on_from_what_was_saved_with_the_same_verdicts_to_the_last_bit()
    {
        var watch = new Watch(Ten).Learn(9, 4).Live(TimeSpan.FromHours(5), 4).Live(TimeSpan.FromMinutes(7), 90).Gap(1);
        var saved = watch.Detector.Save();
        var other = new SpikeDetector(Ten, new());
        Assert.True(other.TryLoad(saved));
        Assert.Equal(saved, other.Save());
        Assert.InRange(saved.Length, 1, 8000);

        var chance = new Chance(5);
        for (var bucket = watch.Bucket; bucket < watch.Bucket + 9000; bucket++)
        {
            var reports = bucket % 700 == 0 ? (long?)null : chance.Count(bucket % 4000 < 100 ? 20 : 1);
            Assert.Equal(watch.Detector.Close(bucket, reports, 3), other.Close(bucket, reports, 3));
        }
    }

    [Fact]
    public void Bytes_that_are_not_of_this_version_or_grid_change_nothing()
    {
        var watch = new Watch(Ten).Learn(2, 4).Live(TimeSpan.FromHours(1), 4);
        var saved = watch.Detector.Save();
        byte[][] strange = [[], [9, .. saved[1..]], saved[..^1], [.. saved, 0], new SpikeDetector(BucketGrid.Minute, new()).Save()];

        Assert.All(strange, bytes => Assert.False(watch.Detector.TryLoad(bytes)));
        Assert.Equal(saved, watch.Detector.Save());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(300)]
    [InlineData(900)]
    [InlineData(3600)]
    public void Neither_billions_nor_zeros_nor_a_leap_of_years_break_it(int seconds)
    {
        var detector = new SpikeDetector(new(TimeSpan.FromSeconds(seconds)), new());
        for (var bucket = 0; bucket < 3000; bucket++) detector.Close(bucket, bucket % 50 < 5 ? long.MaxValue : 0, int.MaxValue);
        for (var bucket = 3000; bucket < 6000; bucket++) detector.Close(bucket, 1_000_000_000);
        var verdict = detector.Close(6000 + 10 * 365L * detector.Grid.PerDay, 0);

        Assert.True(double.IsFinite(verdict.Score) && double.IsFinite(verdict.Expected));
        Assert.True(new SpikeDetector(detector.Grid, new()).TryLoad(detector.Save()));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(900)]
    [InlineData(3600)]
    public void A_coarse_grid_sees_an_outage_in_its_first_buckets(int seconds) => Assert.InRange(
        new Watch(new(TimeSpan.FromSeconds(seconds))).Learn(14, 5).Live(TimeSpan.FromHours(5), 5).ClosesUntil(Level.Spike, 100), 1, 2);

    [Theory]
    [InlineData(7)]
    [InlineData(120)]
    [InlineData(7200)]
    public void A_grid_that_does_not_fit_the_hour_is_refused(int seconds) =>
        Assert.ThrowsAny<ArgumentException>(() => new SpikeDetector(new(TimeSpan.FromSeconds(seconds)), new()));
}
