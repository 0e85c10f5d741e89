namespace Aggregator.Domain.Tests;

/// <summary>When a spike that lasts is over, and when it is the new usual.</summary>
public class LastingSpikeTests
{
    private static readonly BucketGrid Ten = BucketGrid.TenSeconds;
    private static readonly TimeSpan TwoDays = TimeSpan.FromHours(48);

    [Theory]
    [InlineData(0.5, 4)]
    [InlineData(0.5, 40)]
    [InlineData(8, 3)]
    [InlineData(8, 60)]
    public void An_outage_of_one_rate_is_one_spike_until_its_rate_falls(double perMinute, double times)
    {
        var watch = new Watch(Ten).Learn(14, perMinute).Live(TimeSpan.FromHours(1), perMinute);
        watch.Said.Clear();
        watch.Live(TimeSpan.FromHours(30), perMinute * times).Live(TimeSpan.FromHours(2), perMinute);

        Assert.Equal(1, Spikes(watch));
        Assert.InRange(SpikeTime(watch), TimeSpan.FromHours(29), TimeSpan.FromHours(31));
        Assert.DoesNotContain(watch.Said, verdict => verdict.Reason == VerdictReason.BecameUsual);
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(2, 4)]
    public void A_level_that_stays_is_a_spike_for_two_days_and_then_the_usual(double perMinute, double times)
    {
        var watch = new Watch(Ten).Learn(14, perMinute).Live(TimeSpan.FromHours(1), perMinute);
        watch.Said.Clear();
        watch.Live(TwoDays + TimeSpan.FromHours(3), perMinute * times);

        Assert.Equal(1, Spikes(watch));
        Assert.InRange(SpikeTime(watch), TwoDays - TimeSpan.FromHours(1), TwoDays + TimeSpan.FromMinutes(10));
        Assert.Equal(Ten.Count(TimeSpan.FromHours(1)), watch.Said.Count(verdict => verdict.Reason == VerdictReason.BecameUsual));

        var usual = watch.Detector.Expected(watch.Now, watch.Now.AddHours(1));
        Assert.InRange(usual, 60 * perMinute * times * 0.7, 60 * perMinute * times * 1.3);
        watch.Said.Clear();
        Assert.Equal(0, Spikes(watch.Live(TimeSpan.FromDays(3), perMinute * times)));
    }

    [Fact]
    public void A_decline_to_little_more_than_the_usual_ends_it()
    {
        var watch = new Watch(Ten).Learn(14, 5).Live(TimeSpan.FromHours(1), 5).Live(TimeSpan.FromHours(2), 200);
        foreach (var rate in new[] { 100, 50, 25, 12, 8 }) watch.Live(TimeSpan.FromMinutes(20), rate);
        watch.Live(TimeSpan.FromHours(2), 6);

        Assert.Equal(Level.Normal, watch.Said[^1].Level);
        Assert.NotEqual(VerdictReason.BecameUsual, watch.Said[^1].Reason);
    }

    [Fact]
    public void Days_out_of_sight_do_not_make_an_outage_the_usual()
    {
        var watch = new Watch(Ten).Learn(14, 5).Live(TimeSpan.FromHours(1), 5).Live(TimeSpan.FromHours(3), 100)
            .Gap(Ten.Count(TimeSpan.FromDays(3))).Live(TimeSpan.FromHours(1), 100);
        Assert.Equal(Level.Spike, watch.Said[^1].Level);

        watch.Live(TimeSpan.FromHours(1), 5);
        Assert.Equal((Level.Normal, VerdictReason.AsUsual), (watch.Said[^1].Level, watch.Said[^1].Reason));
    }

    [Fact]
    public void A_restart_in_the_middle_changes_nothing()
    {
        var (whole, restarted) = (Day(), Day());
        var loaded = new SpikeDetector(Ten, new());
        Assert.True(loaded.TryLoad(restarted.Detector.Save()));

        var chance = new Chance(3);
        for (var bucket = whole.Bucket; bucket < whole.Bucket + Ten.Count(TimeSpan.FromHours(40)); bucket++)
        {
            var reports = chance.Count(5);
            Assert.Equal(whole.Detector.Close(bucket, reports), loaded.Close(bucket, reports));
        }

        Watch Day() => new Watch(Ten).Learn(14, 10).Live(TimeSpan.FromHours(1), 10).Live(TimeSpan.FromHours(12), 30);
    }

    [Fact]
    public void What_the_version_before_saved_is_gone_on_from()
    {
        var watch = new Watch(Ten).Learn(14, 10).Live(TimeSpan.FromHours(1), 10).Live(TimeSpan.FromHours(1), 100);

        // It ended before the recovery and the peaks: 125 bytes if there are no peaks.
        var saved = watch.Detector.Save()[..^125];
        saved[0] = 4;
        var loaded = new SpikeDetector(Ten, new());

        Assert.True(loaded.TryLoad(saved));
        Assert.Equal(watch.Detector.Latest, loaded.Latest);
        for (var bucket = watch.Bucket; bucket < watch.Bucket + Ten.Count(TimeSpan.FromHours(1)); bucket++) loaded.Close(bucket, 2);
        Assert.Equal(Level.Normal, loaded.Latest.Level);
    }

    private static int Spikes(Watch watch) =>
        watch.Said.Prepend(default).Zip(watch.Said, (before, now) => before.Level != Level.Spike && now.Level == Level.Spike).Count(begins => begins);

    private static TimeSpan SpikeTime(Watch watch) => Ten.Length * watch.Said.Count(verdict => verdict.Level == Level.Spike);
}
