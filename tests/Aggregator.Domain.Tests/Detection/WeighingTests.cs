namespace Aggregator.Domain.Tests;

/// <summary>What a region makes of what all regions of its service show together.</summary>
public class WeighingTests
{
    private static readonly BucketGrid Ten = BucketGrid.TenSeconds;

    [Fact]
    public void A_region_with_weak_evidence_is_a_spike_when_the_rest_bears_it_out()
    {
        var (alone, helped, whole) = (Region(), Region(), new Watch(Ten, 7).Learn(7, 200).Live(TimeSpan.FromHours(1), 200));
        for (var minute = 0; minute < 10 && helped.Detector.Latest.Level != Level.Spike; minute++)
        {
            Minute(alone, 2);
            Minute(helped, 2);
            whole.Live(TimeSpan.FromMinutes(1), 1000);
            helped.Detector.Weigh(whole.Detector.Sums);
        }

        var (own, both) = (alone.Detector.Latest, helped.Detector.Latest);
        Assert.NotEqual(Level.Spike, own.Level);
        Assert.Equal((Level.Spike, VerdictReason.FarAboveUsual), (both.Level, both.Reason));

        // It is the region's own window that is told, not that of the others.
        Assert.InRange(both.Observed, 1, 50);
    }

    [Fact]
    public void A_region_that_shows_nothing_stays_calm_whatever_the_rest_shows()
    {
        var region = Region();
        for (var minute = 0; minute < 60; minute++)
        {
            Minute(region, minute % 2);
            var own = region.Detector.Latest;
            Assert.False(region.Detector.AsksTheRest);
            Assert.Equal(own, region.Detector.Weigh(Loud(region)));
        }

        Assert.Equal(Level.Normal, region.Detector.Latest.Level);
    }

    [Fact]
    public void Where_it_is_the_only_region_the_whole_adds_nothing()
    {
        var region = Weak();
        var own = region.Detector.Latest;
        Assert.Equal(own, region.Detector.Weigh(region.Detector.Sums.ToArray()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(13)]
    [InlineData(15)]
    public void Sums_of_other_windows_than_its_own_are_not_heard(int length)
    {
        var region = Weak();
        var own = region.Detector.Latest;
        var whole = new WindowSum[length];
        Array.Fill(whole, new(10_000, 1000, 0.05));
        Assert.Equal(own, region.Detector.Weigh(whole));
    }

    [Fact]
    public void Windows_that_the_whole_was_not_asked_for_are_not_heard()
    {
        var region = Weak();
        var own = region.Detector.Latest;
        Assert.Equal(own, region.Detector.Weigh(new WindowSum[region.Detector.Sums.Length]));
    }

    [Fact]
    public void Hearing_the_rest_twice_is_hearing_it_once()
    {
        var region = Weak();
        var own = region.Detector.Latest;
        var once = region.Detector.Weigh(Loud(region));
        var saved = region.Detector.Save();

        Assert.True(once.Score > own.Score);
        Assert.Equal(once, region.Detector.Weigh(Loud(region)));
        Assert.Equal(saved, region.Detector.Save());
    }

    [Fact]
    public void The_rest_is_asked_at_the_end_of_a_minute_and_not_in_between()
    {
        var region = Weak();
        for (var bucket = 0; bucket < 5; bucket++)
        {
            region.Close(1);
            Assert.False(region.Detector.AsksTheRest);
        }

        region.Close(0);
        Assert.True(region.Detector.AsksTheRest);
    }

    [Fact]
    public void Out_of_sight_a_region_asks_nothing_and_tells_nothing()
    {
        var region = Weak();
        region.Gap(1);
        var own = region.Detector.Latest;

        Assert.False(region.Detector.AsksTheRest);
        Assert.Equal(own, region.Detector.Weigh(Loud(region)));
        Assert.All(region.Detector.Sums.ToArray(), sum => Assert.Equal(default, sum));
    }

    [Fact]
    public void A_spike_that_is_over_in_a_region_is_not_opened_again_by_what_goes_on_elsewhere()
    {
        var (alone, helped) = (Region(), Region());
        foreach (var region in new[] { alone, helped })
        {
            for (var minute = 0; minute < 20; minute++) Minute(region, 6);
            Assert.Equal(Level.Spike, region.Detector.Latest.Level);
        }

        for (var minute = 0; minute < 120; minute++)
        {
            Minute(alone, minute % 2);
            Minute(helped, minute % 2);
            helped.Detector.Weigh(Loud(helped));
            Assert.Equal(alone.Detector.Latest.Level, helped.Detector.Latest.Level);
        }

        Assert.Equal(Level.Normal, alone.Detector.Latest.Level);
    }

    [Fact]
    public void Hearing_the_rest_allocates_nothing()
    {
        var region = Weak();
        var loud = Loud(region);
        var heard = 0;
        region.Detector.Weigh(loud);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var bucket = region.Bucket; bucket < region.Bucket + 10_000; bucket++)
        {
            region.Detector.Close(bucket, bucket % 1000 < 60 ? 1 : 0);
            if (region.Detector.AsksTheRest) heard++;
            region.Detector.Weigh(loud);
        }

        // The runtime may allocate a little of its own on any thread.
        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / 10_000);
        Assert.InRange(heard, 50, 10_000);
    }

    /// <summary>A region of about a report in two minutes, as quiet as that in the last hour.</summary>
    private static Watch Region()
    {
        var watch = new Watch(Ten).Learn(7, 0.5);
        for (var minute = 0; minute < 60; minute++) Minute(watch, minute % 2);
        return watch;
    }

    /// <summary>A region that shows a little of its own, just after the end of a minute.</summary>
    private static Watch Weak()
    {
        var region = Region();
        for (var minute = 0; minute < 4; minute++) Minute(region, 2);
        Assert.True(region.Detector.AsksTheRest);
        Assert.InRange(region.Detector.Latest.Score, 1, 5.9);
        return region;
    }

    private static void Minute(Watch watch, int reports)
    {
        for (var bucket = 0; bucket < 6; bucket++) watch.Close(bucket < reports ? 1 : 0);
    }

    private static WindowSum[] Loud(Watch region)
    {
        var whole = new WindowSum[region.Detector.Sums.Length];
        Array.Fill(whole, new(10_000, 1000, 0.05));
        return whole;
    }
}
