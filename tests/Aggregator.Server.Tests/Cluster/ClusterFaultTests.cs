namespace Aggregator.Server.Tests;

/// <summary>Any server or the store may fail: what was acknowledged is stored once, the outage that goes on stays one incident, and its subscriber hears all of it.</summary>
/// <remarks>With CRASH_KILLS of 10 or more an outage begins with each fault as well, and how late it is seen is told.</remarks>
public sealed class ClusterFaultTests(ClusterTrial trial, ITestOutputHelper output) : IClassFixture<ClusterTrial>
{
    private const string HotSeries = "crash-a|ALL";
    private static readonly TimeSpan StandsStill = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ComesBackWithin = TimeSpan.FromSeconds(60);

    [Fact]
    public Task The_silo_that_counts_the_hot_series_is_killed() => Withstands("`kill -9` of the silo that counts the hot series", async () =>
    {
        var silo = await trial.Cluster.HolderOf(HotSeries);
        await silo.Kill();
        await silo.Begin();
    });

    [Fact]
    public Task A_gateway_is_killed() => Withstands("`kill -9` of a gateway", async () =>
    {
        await trial.Cluster.Gateways[0].Kill();
        await trial.Cluster.Gateways[0].Begin();
    });

    [Fact]
    public Task A_silo_stands_still_for_half_a_minute_and_comes_back() => Withstands("`SIGSTOP` of the silo that counts the hot series, for 30 s", async () =>
    {
        var silo = await trial.Cluster.HolderOf(HotSeries);
        await silo.Freeze();
        await Task.Delay(StandsStill, TimeProvider.System);
        await silo.Thaw();

        // The others have declared it dead: when it hears of that it ends, and is started anew.
        await Eventually.True("the silo has ended", ComesBackWithin, () => Task.FromResult(silo.HasExited));
        await silo.Begin();
    });

    [Fact]
    public Task The_redis_is_killed() => Withstands("`kill -9` of Redis", async () =>
    {
        await trial.Redis.Kill();
        await trial.Redis.Restart();
    });

    [Fact]
    public Task All_servers_are_restarted_one_after_the_other() => Withstands("a rolling restart of all", async () =>
    {
        foreach (var server in trial.Cluster.All)
        {
            await server.Stop();
            Assert.Equal(0, server.ExitCode);
            await server.Restart();
        }
    });

    private async Task Withstands(string name, Func<Task> fault) => output.WriteLine($"{await trial.Withstands(name, fault)}");
}
