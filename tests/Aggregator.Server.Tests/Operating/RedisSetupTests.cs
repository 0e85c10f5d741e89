using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>A Redis that is not set up for what a 202 promises is named, and one that does not tell is not taken for good.</summary>
[StartsProcess]
public sealed class RedisSetupTests
{
    [Theory]
    [InlineData("")]
    [InlineData("WrittenThrough appendfsync everysec", "--appendfsync", "everysec")]
    [InlineData("WrittenThrough appendfsync no", "--appendfsync", "no")]
    [InlineData("WrittenThrough appendonly no", "--appendonly", "no")]
    [InlineData("NoEviction maxmemory-policy allkeys-lru", "--maxmemory-policy", "allkeys-lru")]
    [InlineData("NoEviction maxmemory-policy volatile-ttl", "--maxmemory-policy", "volatile-ttl", "--maxmemory", "100mb")]
    [InlineData("Told appendfsync", "--rename-command", "CONFIG", "")]
    [InlineData("Primary role slave", "--replicaof", "127.0.0.1 1")]
    public async Task Each_precondition_that_is_not_met_is_named(string found, params string[] settings)
    {
        await using var redis = await RedisProcess.Start(settings);
        await using var connection = await StoreConnection.Open(redis.Connection, "tests", commits: false);
        var findings = await RedisSetup.Look(connection);
        Assert.Equal(found, string.Join(", ", findings.Select(finding => $"{finding.Precondition} {finding.Says}")));
        Assert.All(findings, finding => Assert.Equal(redis.Connection, finding.Server));
    }

    [Fact]
    public async Task A_redis_that_may_not_be_asked_is_unknown()
    {
        await using var redis = await RedisProcess.Start();
        await redis.Ask("ACL", "SETUSER", "default", "-config", "-info");
        await using var connection = await StoreConnection.Open(redis.Connection, "tests", commits: false);
        Assert.Equal([RedisPrecondition.Told, RedisPrecondition.Told], (await RedisSetup.Look(connection)).Select(finding => finding.Precondition));
    }

    [Fact]
    public async Task Every_node_of_a_redis_cluster_is_asked()
    {
        await using var redis = await RedisCluster.Start();
        await redis.Masters[2].Ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
        await using var connection = await StoreConnection.Open(redis.Masters[0].Connection, "tests", commits: false);
        Assert.Equal([new RedisFinding(redis.Masters[2].Connection, RedisPrecondition.NoEviction, "maxmemory-policy allkeys-lfu")], await RedisSetup.Look(connection));
    }

    [Fact]
    public void Every_finding_says_what_mends_it() => Assert.All(
        Enum.GetValues<RedisPrecondition>(), precondition => Assert.Contains("127.0.0.1:6379", StoreWords.Of(new RedisFinding("127.0.0.1:6379", precondition, "x y")), StringComparison.Ordinal));
}
