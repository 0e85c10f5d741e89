using Aggregator.Domain;
using Aggregator.Grains;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

/// <summary>What a busy region leaves in the store when its buckets are past.</summary>
public sealed class PackingTests(Embedded store) : IClassFixture<Embedded>
{
    [Fact]
    public async Task An_hour_that_is_over_is_two_fields_and_a_region_that_comes_back_counts_the_same()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await cluster.Steady(TimeSpan.FromMinutes(85), Us, perBucket: 3);
        var before = await cluster.Region(Us).Read();

        var hour = BucketGrid.TenSeconds.IndexOf(Noon) / ReportStore.BucketsPerHour;
        Assert.Equal(2, await cluster.Fields(Us, hour));
        Assert.InRange(await cluster.Fields(Us, hour + 1), 60, 85 * 6 - 360 + 2);

        await cluster.Kill(Us);
        Assert.Equal(before.Reports, (await cluster.Region(Us).Read()).Reports);
        Assert.Equal(85 * 6 * 3, before.Reports[^1]);
    }
}
