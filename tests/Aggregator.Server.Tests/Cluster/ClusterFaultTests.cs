namespace Aggregator.Server.Tests;

/// <summary>Any server or the store may fail: what was acknowledged is stored once, the outage that goes on stays one incident, and its subscriber hears all of it.</summary>
/// <remarks>With CRASH_KILLS of 10 or more an outage begins with each fault as well, and how late it is seen is told.</remarks>
public sealed class ClusterFaultTests(ClusterTrial trial, ITestOutputHelper output) : IClassFixture<ClusterTrial>
{
    private const string HotSeries = "crash-a|ALL";
    private static readonly TimeSpan StandsStill = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RedisStandsStill = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ComesBackWithin = TimeSpan.FromSeconds(60);

    [Fact]
    public Task The_silo_that_counts_the_hot_series_is_killed() => Withstands("`kill -9` of the silo that counts the hot series", async () =>
        await KillAndBegin(await trial.Cluster.HolderOf(HotSeries)));

    [Fact]
    public Task A_gateway_is_killed() => Withstands("`kill -9` of a gateway", () => KillAndBegin(trial.Cluster.Gateways[0]));

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

    [Fact]
    public Task Nothing_happens() => WithstandsInLongRuns("nothing", () => Task.CompletedTask);

    [Fact]
    public Task A_silo_and_a_gateway_are_killed_at_once() => WithstandsInLongRuns("`kill -9` of a silo and a gateway at once", async () =>
        await KillAndBegin(await trial.Cluster.HolderOf(HotSeries), trial.Cluster.Gateways[1]));

    [Fact]
    public Task Both_silos_are_killed_at_once() => WithstandsInLongRuns("`kill -9` of both silos at once", () => KillAndBegin([.. trial.Cluster.Silos]));

    [Fact]
    public Task All_servers_are_killed_at_once() => WithstandsInLongRuns("`kill -9` of all servers at once", () => KillAndBegin([.. trial.Cluster.All]));

    [Fact]
    public Task The_redis_stands_still_for_a_minute() => WithstandsInLongRuns("`SIGSTOP` of Redis for 60 s", async () =>
    {
        await trial.Redis.Freeze();
        await Task.Delay(RedisStandsStill, TimeProvider.System);
        await trial.Redis.Thaw();
    });

    [Fact]
    public Task The_redis_is_slow() => WithstandsInLongRuns("Redis runs in 20 of every 220 ms, for 30 s", async () =>
    {
        for (var begun = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begun) < StandsStill;)
        {
            await trial.Redis.Freeze();
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            await trial.Redis.Thaw();
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    });

    private static async Task KillAndBegin(params ServerProcess[] servers)
    {
        await Task.WhenAll(servers.Select(server => server.Kill()));
        await Task.WhenAll(servers.Select(server => server.Begin()));
    }

    private Task WithstandsInLongRuns(string name, Func<Task> fault)
    {
        Assert.SkipUnless(FaultTests.IsLongRun, "It takes a while: CRASH_KILLS=10 runs it.");
        return Withstands(name, fault);
    }

    private async Task Withstands(string name, Func<Task> fault) => output.WriteLine($"{await trial.Withstands(name, fault)}");
}
