using StackExchange.Redis;

namespace Aggregator.Server.Tests;

public sealed class RedisProcessTests
{
    [Fact]
    public async Task A_killed_redis_comes_back_on_its_port_with_what_it_acknowledged()
    {
        Assert.SkipUnless(Machine.HasRedisServer, Machine.NoRedisServer);
        await using var redis = await RedisProcess.Start();
        await using (var before = await ConnectionMultiplexer.ConnectAsync(redis.Connection))
        {
            for (var i = 0; i < 100; i++) await before.GetDatabase().HashIncrementAsync("heard", "n");
            await redis.Kill();
        }

        await redis.Restart();

        await using var after = await ConnectionMultiplexer.ConnectAsync(redis.Connection);
        Assert.Equal(100, (long)await after.GetDatabase().HashGetAsync("heard", "n"));
    }
}
