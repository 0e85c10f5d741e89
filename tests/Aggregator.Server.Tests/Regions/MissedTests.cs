using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

/// <summary>What the store took while a region could not ask it, and of which no hint told.</summary>
[StartsProcess]
public sealed class MissedTests
{
    private static readonly TimeSpan Bucket = BucketGrid.TenSeconds.Length;

    [Fact]
    public async Task What_could_not_be_read_when_told_to_is_read_at_a_close()
    {
        await using var redis = await RedisProcess.Start();
        await using var connection = await StoreConnection.Open(redis.Connection, "tests", commits: false);
        await using var cluster = await GrainCluster.Start(connection, Noon);
        await cluster.Report(Us, 1);
        await cluster.Store.Commit(Batch("untold", "", Report(Us, minutes: -30, count: 5)));

        await redis.Freeze();
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Region(Us).Reread());
        await Thaw(redis, connection);
        Assert.Equal(1, await LastHour(cluster));

        await cluster.Pass(Bucket, Us);
        Assert.Equal(6, await LastHour(cluster));
    }

    [Fact]
    public async Task What_came_into_a_bucket_that_was_closed_blind_is_read_when_there_is_sight_again()
    {
        await using var redis = await RedisProcess.Start();
        await using var connection = await StoreConnection.Open(redis.Connection, "tests", commits: false);
        await using var cluster = await GrainCluster.Start(connection, Noon);
        await cluster.Report(Us, 1);

        await redis.Freeze();
        cluster.Clock.Advance(Bucket);
        await cluster.Region(Us).Absorb(ImmutableArray<BucketTally>.Empty);
        await Thaw(redis, connection);
        await cluster.Store.Commit(Batch("late", "", Report(Us, count: 5)));
        Assert.Equal(1, await LastHour(cluster));

        await cluster.Pass(Bucket, Us);
        Assert.Equal(6, await LastHour(cluster));
    }

    private static async Task<long> LastHour(GrainCluster cluster) =>
        (await cluster.Region(Us).Read()).Reports[SlidingWindow.Windows.IndexOf(TimeSpan.FromHours(1))];

    private static async Task Thaw(RedisProcess redis, StoreConnection connection)
    {
        await redis.Thaw();
        await Eventually.True("the store answers", TimeSpan.FromSeconds(20), async () =>
        {
            try
            {
                await connection.Shared.PingAsync();
                await connection.Reports.PingAsync();
                return true;
            }
            catch (Exception error) when (error is StackExchange.Redis.RedisException or TimeoutException)
            {
                return false;
            }
        });
    }
}
