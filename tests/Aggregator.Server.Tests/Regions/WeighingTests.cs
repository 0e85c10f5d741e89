using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

/// <summary>A region that shows something itself is judged in the light of what all regions of its service show.</summary>
public sealed class WeighingTests(Embedded store) : IClassFixture<Embedded>
{
    private static readonly BucketGrid Ten = BucketGrid.TenSeconds;

    // The same region of a service that nobody else uses.
    private static readonly SeriesKey Lone = Us with { Service = ServiceKey.Parse("lone") };

    [Fact]
    public async Task In_an_outage_everywhere_a_region_is_a_spike_sooner_than_it_would_be_by_itself()
    {
        await using var cluster = await Learned();
        for (var minute = 0; minute < 12 && (await Said(cluster, Us)).Level != Level.Spike; minute++)
            await Minute(cluster, Us, Lone, All, Lone with { Region = RegionCode.All });

        var (us, lone) = (await Said(cluster, Us), await Said(cluster, Lone));
        Assert.Equal((Level.Spike, VerdictReason.FarAboveUsual), (us.Level, us.Reason));
        Assert.NotEqual(Level.Spike, lone.Level);
        Assert.InRange(us.Observed, 1, 40);
    }

    [Fact]
    public async Task A_level_that_rests_on_the_other_regions_outlives_the_death_of_its_region()
    {
        await using var cluster = await Learned();
        for (var minute = 0; minute < 12 && (await Said(cluster, Us)).Level != Level.Spike; minute++)
            await Minute(cluster, Us, Lone, All, Lone with { Region = RegionCode.All });
        await cluster.Pass(Ten.Length, Us);
        Assert.NotEqual(Level.Spike, (await Said(cluster, Lone)).Level);

        await cluster.Kill(Us);
        Assert.Equal(Level.Spike, (await Said(cluster, Us)).Level);
    }

    [Fact]
    public async Task The_networks_of_an_outage_are_those_since_its_onset()
    {
        await using var cluster = await Learned();
        await cluster.Report([.. Enumerable.Range(0, 20).Select(i => new Report(Us, cluster.Clock.GetUtcNow(), "app", 1, null, $"network {i}"))]);

        // The other reports come from networks that have been heard, or from none that is known.
        await cluster.Steady(TimeSpan.FromMinutes(4), Us, 3000);

        var read = await cluster.Region(Us).Read();
        Assert.Equal(Level.Spike, read.Verdict.Level);
        Assert.Equal(20, read.VerdictNetworks);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_all_regions_together_cannot_be_asked_its_own_verdict_stands(bool silent)
    {
        await using var cluster = await Learned();
        var silence = new TaskCompletionSource();
        if (!silent) silence.SetException(new InvalidOperationException("There is no way to ALL."));
        cluster.WayToAll = silence.Task;
        for (var minute = 0; minute < 4; minute++)
        {
            await Minute(cluster);
            await Closed(cluster, Us, Lone, Gb);
            var (us, lone) = (await Said(cluster, Us), await Said(cluster, Lone));
            Assert.Equal((lone.Level, lone.Score, lone.Observed), (us.Level, us.Score, us.Observed));
        }

        Assert.True((await Said(cluster, Us)).Score > 1);
        Assert.DoesNotContain(cluster.Said, line => line.Contains("could not be closed", StringComparison.Ordinal));

        silence.TrySetResult();
        cluster.WayToAll = Task.CompletedTask;
        await Minute(cluster, Us, Lone);
        Assert.True((await Said(cluster, Us)).Score > (await Said(cluster, Lone)).Score);
    }

    [Fact]
    public async Task Asked_before_its_own_close_a_series_closes_the_bucket_first_and_goes_on_as_ever()
    {
        await using var cluster = await Learned();
        for (var i = 0; i < 29; i++) await Usual();
        cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        await cluster.Report(Gb, 33);
        cluster.Clock.Advance(TimeSpan.FromSeconds(9));

        // Regions close a moment after the bucket, and that moment has not come.
        var bucket = Ten.IndexOf(Noon) + 29;
        Assert.NotEmpty(await cluster.Region(All).Sums(bucket - 1));
        Assert.Empty(await cluster.Region(All).Sums(bucket + 1));
        var sums = await cluster.Region(All).Sums(bucket);
        Assert.True(sums[0].Expected > 0);
        Assert.Equal(sums.AsEnumerable(), await cluster.Region(All).Sums(bucket));

        for (var i = 0; i < 6; i++) await Usual();
        Assert.Empty(await cluster.Region(All).Sums(bucket));
        var next = await cluster.Region(All).Sums(bucket + 6);
        Assert.True(next[0].Observed > 0 && next.Length == sums.Length);
        Assert.Equal((Level.Normal, VerdictReason.AsUsual), ((await Said(cluster, All)).Level, (await Said(cluster, All)).Reason));
        Assert.DoesNotContain(cluster.Said, line => line.Contains("could not be closed", StringComparison.Ordinal));

        async Task Usual()
        {
            await cluster.Report(Gb, 33);
            await cluster.Pass(Ten.Length, All);
        }
    }

    private static async Task<VerdictDocument> Said(GrainCluster cluster, SeriesKey series) => (await cluster.Region(series).Read()).Verdict;

    /// <summary>Three reports each from the region and the lone one, and five times the usual everywhere else.</summary>
    private static async Task Minute(GrainCluster cluster, params SeriesKey[] closing)
    {
        for (var bucket = 0; bucket < 6; bucket++)
        {
            if (bucket < 3) await cluster.Report(Us, 1);
            if (bucket < 3) await cluster.Report(Lone, 1);
            await cluster.Report(Gb, 170);
            await cluster.Pass(Ten.Length, closing);
        }
    }

    /// <summary>Regions that wait for an answer go on when they have waited long enough.</summary>
    private static async Task Closed(GrainCluster cluster, params SeriesKey[] regions)
    {
        var closed = Task.WhenAll(regions.Select(region => cluster.Region(region).Absorb(ImmutableArray<BucketTally>.Empty)));
        await Eventually.True("the regions have closed their buckets", TimeSpan.FromSeconds(20), () =>
        {
            if (!closed.IsCompleted) cluster.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(closed.IsCompleted);
        });
        await closed;
    }

    /// <summary>A week of a report every two minutes in the region and the lone one, and of 200 a minute everywhere else.</summary>
    private async Task<GrainCluster> Learned()
    {
        var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await cluster.Open(Noon.AddDays(-7), Noon);
        foreach (var (series, others) in new[] { (Us, 0), (Lone, 0), (Lone with { Region = RegionCode.All }, 0), (Gb, 200), (All, 200) })
        {
            var own = series == Gb ? 0 : 1;
            await cluster.Minutes(series, Noon.AddDays(-7), Enumerable.Range(0, 7 * 1440).Select(i => (long?)(own * (i % 2) + others)));
            await cluster.Region(series).Read();
        }

        return cluster;
    }
}
