namespace Aggregator.Server.Tests;

/// <summary>A store that did what was asked, and whose answer never came.</summary>
[StartsProcess]
public sealed class LostAnswerTests(ITestOutputHelper output) : FaultTests(output)
{
    [Fact]
    public async Task Answers_of_the_redis_of_a_server_are_lost()
    {
        await using var redis = await RedisProcess.Start();
        await using var relay = new LossyRelay(redis.Port);
        await using var server = await Start(relay.Connection);
        await Withstands(server, redis, (dice, _) => relay.LoseAnswers(dice));
        Assert.True(relay.Lost >= Faults);
    }
}
