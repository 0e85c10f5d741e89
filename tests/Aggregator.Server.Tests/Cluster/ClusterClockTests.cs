namespace Aggregator.Server.Tests;

/// <summary>The clock of one server of several is wrong.</summary>
[StartsProcess]
public sealed class ClusterClockTests(ITestOutputHelper output) : FaultTests(output)
{
    private static readonly TimeSpan Off = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_clock_of_one_gateway_is_half_a_minute_ahead_and_then_half_a_minute_behind()
    {
        await using var redis = await RedisProcess.Start();
        await using var silo = await ServerProcess.Start([.. On(redis.Connection), "Cluster:Role=Silo", "Cluster:Address=127.0.0.1", $"Store:DataDirectory={Path.Combine(DataDirectory, "silo")}"]);
        await using var gateway = await SteppedServer.Start(TimeProvider.System.GetUtcNow() + Off, [.. Settings, .. On(redis.Connection), "Cluster:Role=Gateway"]);
        await Withstands(gateway, redis, (_, i) =>
        {
            gateway.Clock.Set(TimeProvider.System.GetUtcNow() + (i % 2 == 0 ? -Off : Off));
            return Task.CompletedTask;
        });
    }
}
