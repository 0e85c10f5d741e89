using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>A Redis says whether what it answered is on its disk.</summary>
[StartsProcess]
public sealed class RedisLogTests
{
    [Theory]
    [InlineData("appendfsync always", true)]
    [InlineData("appendfsync everysec", false, "--appendfsync", "everysec")]
    [InlineData("appendfsync no", false, "--appendfsync", "no")]
    [InlineData("appendonly no", false, "--appendonly", "no")]
    [InlineData(null, false, "--rename-command", "CONFIG", "")]
    public async Task It_is_asked_how_it_writes_its_log(string? says, bool isWrittenThrough, params string[] settings)
    {
        await using var redis = await RedisProcess.Start(settings);
        await using var connection = await StoreConnection.Open(redis.Connection, "tests", commits: false);
        var (server, standing) = Assert.Single(await RedisLog.Look(connection));
        Assert.Equal(redis.Connection, server);
        Assert.Equal(new RedisLogStanding(says, isWrittenThrough), standing);
    }
}
