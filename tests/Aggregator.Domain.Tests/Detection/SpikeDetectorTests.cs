namespace Aggregator.Domain.Tests;

public class SpikeDetectorTests
{
    private static readonly BucketGrid Ten = BucketGrid.TenSeconds;

    [Theory]
    [InlineData(0.02)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(120)]
    public void A_quiet_fortnight_after_a_fortnight_of_history_raises_no_spike(double perMinute)
    {
        var watch = new Watch(Ten).Learn(14, perMinute, phi: 0.03).Live(TimeSpan.FromDays(14), perMinute, phi: 0.03);
        Assert.DoesNotContain(watch.Said, v => v.Level == Level.Spike);
    }

    [Theory]
    [InlineData(0.6, 100, 3)]
    [InlineData(6, 100, 2)]
    [InlineData(10, 10, 6)]
    public void An_abrupt_outage_is_a_spike_within_a_few_closes(double perMinute, double times, int closes)
    {
        var delays = Enumerable.Range(1, 21).Select(seed =>
            new Watch(Ten, seed).Learn(3, perMinute).Live(TimeSpan.FromMinutes(30), perMinute).ClosesUntil(Level.Spike, perMinute * times)).Order().ToArray();
        Assert.InRange(delays[18], 1, closes);
    }

    [Fact]
    public void A_spike_names_its_onset_what_was_seen_and_what_was_expected()
    {
        var watch = new Watch(Ten).Learn(7, 6).Live(TimeSpan.FromHours(1), 6);
        var onset = watch.Now;
        watch.ClosesUntil(Level.Spike, 600);

        var spike = watch.Said[^1];
        Assert.Equal(VerdictReason.FarAboveUsual, spike.Reason);
        Assert.InRange(spike.Since, onset.AddSeconds(-30), onset.AddSeconds(30));
        Assert.True(spike.Observed > 50 && spike.Expected < 10 && spike.Score >= 7.7);
        Assert.Equal(spike.Since, watch.Close(100).Since);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void A_handful_of_reports_out_of_nothing_is_no_spike(int reports)
    {
        var watch = new Watch(Ten);
        Assert.NotEqual(Level.Spike, watch.Close(reports).Level);
        Assert.DoesNotContain(watch.Live(TimeSpan.FromHours(4), 0).Said, v => v.Level == Level.Spike);
        Assert.All(watch.Said, v => Assert.Equal(VerdictReason.NoBaselineYet, v.Reason));
    }

    [Fact]
    public void Thirty_reports_within_a_minute_from_many_networks_are_a_spike_of_a_new_service()
    {
        var watch = new Watch(Ten);
        for (var i = 0; i < 6; i++) watch.Close(5, static reports => (int)reports);
        Assert.Equal((Level.Spike, VerdictReason.NoBaselineYet), (watch.Said[^1].Level, watch.Said[^1].Reason));
    }

    [Fact]
    public void A_burst_from_few_networks_is_no_spike()
    {
        var watch = new Watch(Ten).Learn(7, 1).Live(TimeSpan.FromHours(1), 1, networks: static reports => (int)reports);
        watch.Close(30, static _ => 6);
        watch.Live(TimeSpan.FromSeconds(80), 60, networks: static _ => 0).Live(TimeSpan.FromHours(2), 1, networks: static reports => (int)reports);
        Assert.DoesNotContain(watch.Said, v => v.Level == Level.Spike);
    }

    [Fact]
    public void A_known_network_among_many_reports_without_one_does_not_hide_an_outage()
    {
        var watch = new Watch(Ten).Learn(7, 1).Live(TimeSpan.FromHours(1), 1);
        watch.Close(60, static _ => 1);
        Assert.Equal(Level.Spike, watch.Close(60, static _ => 1).Level);
    }

    [Fact]
    public void A_judgement_allocates_nothing()
    {
        var watch = new Watch(Ten).Learn(2, 5);
        var detector = watch.Detector;
        detector.Close(watch.Bucket, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var bucket = watch.Bucket + 1; bucket < watch.Bucket + 10_000; bucket++) detector.Close(bucket, bucket % 3000 < 60 ? 200 : 1, 1);
        // The runtime may allocate a little of its own on any thread.
        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / 10_000);
    }

    [Fact]
    public void A_new_service_that_is_merely_busy_is_soon_taken_as_it_is()
    {
        var watch = new Watch(Ten).Live(TimeSpan.FromDays(3), 20);
        Assert.DoesNotContain(watch.Said.Skip(360), v => v.Level == Level.Spike);
        Assert.Equal(VerdictReason.AsUsual, watch.Said[^1].Reason);
        Assert.InRange(watch.Detector.Expected(watch.Now, watch.Now.AddHours(1)), 1000, 1400);
    }

    [Fact]
    public void A_spike_lasts_until_calm_has_held_and_old_evidence_does_not_open_it_again()
    {
        var watch = new Watch(Ten).Learn(7, 3).Live(TimeSpan.FromMinutes(30), 3).Live(TimeSpan.FromMinutes(20), 300);
        watch.Said.Clear();
        watch.Live(TimeSpan.FromHours(3), 3);

        var spiking = watch.Said.TakeWhile(v => v.Level == Level.Spike).Count();
        Assert.InRange(Ten.Length * spiking, TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(35));
        Assert.Contains(watch.Said.Take(spiking), v => v.Reason == VerdictReason.Easing);
        Assert.DoesNotContain(watch.Said.Skip(spiking), v => v.Level == Level.Spike);
    }

    [Fact]
    public void A_busy_series_is_calm_again_twenty_minutes_after_the_end()
    {
        var watch = new Watch(Ten).Learn(7, 20).Live(TimeSpan.FromMinutes(30), 20).Live(TimeSpan.FromMinutes(20), 2000);
        watch.Said.Clear();
        watch.Live(TimeSpan.FromHours(3), 20);

        var spiking = watch.Said.TakeWhile(v => v.Level == Level.Spike).Count();
        Assert.InRange(Ten.Length * spiking, TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(20));
        Assert.DoesNotContain(watch.Said.Skip(spiking), v => v.Level == Level.Spike);
    }

    [Fact]
    public void Between_the_thresholds_it_is_elevated()
    {
        var watch = new Watch(Ten).Learn(14, 10).Live(TimeSpan.FromMinutes(30), 10).Live(TimeSpan.FromHours(2), 18);
        Assert.Contains(watch.Said, v => v.Level == Level.Elevated && v.Reason == VerdictReason.AboveUsual);
    }
}
