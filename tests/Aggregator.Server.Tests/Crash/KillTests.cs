namespace Aggregator.Server.Tests;

/// <summary><c>kill -9</c>, at random moments.</summary>
[StartsProcess]
public sealed class KillTests(ITestOutputHelper output) : FaultTests(output)
{
    [Fact]
    public async Task A_server_with_the_embedded_store_is_killed()
    {
        await using var server = await Start();
        await Withstands(server, (_, _) => Kill(server));
    }

    [Fact]
    public async Task A_server_with_a_redis_is_killed()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await Start(redis.Connection);
        await Withstands(server, redis, (_, _) => Kill(server));
    }

    [Fact]
    public async Task The_redis_of_a_server_is_killed()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await Start(redis.Connection);
        await Withstands(server, redis, async (dice, _) =>
        {
            await redis.Kill();
            if (dice.Next(3) == 0) await Kill(server, ready: false);
            await redis.Restart();
            await server.Ready();
        });
    }

    private static async Task Kill(ServerProcess server, bool ready = true)
    {
        await server.Kill();
        await server.Begin();
        if (ready) await server.Ready();
    }
}
