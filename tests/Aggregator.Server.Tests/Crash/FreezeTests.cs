namespace Aggregator.Server.Tests;

/// <summary>A store that is stopped for a while, and then does all that was asked of it meanwhile, though nobody waits for it any more.</summary>
[StartsProcess]
public sealed class FreezeTests(ITestOutputHelper output) : FaultTests(output)
{
    private const int ShortestSeconds = 5, LongestSeconds = 60;

    [Fact]
    public async Task The_redis_of_a_server_is_stopped_and_goes_on()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await Start(redis.Connection);
        await Withstands(server, redis, async (dice, _) =>
        {
            await redis.Freeze();
            await Task.Delay(TimeSpan.FromSeconds(IsLong ? dice.Next(ShortestSeconds, LongestSeconds + 1) : ShortestSeconds), TimeProvider.System);
            await redis.Thaw();
        }, faults: Math.Max(1, Faults / 4));
    }
}
