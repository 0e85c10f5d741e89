namespace Aggregator.Server.Tests;

/// <summary>Any server or the store may fail: what was acknowledged is stored once, the outage that goes on stays one incident, and its subscriber hears all of it.</summary>
/// <remarks>With CRASH_KILLS of 10 or more an outage begins with each fault as well, and how late it is seen is told.</remarks>
[StartsProcess]
public sealed class ClusterFaultTests(ClusterTrial trial, ITestOutputHelper output) : IClassFixture<ClusterTrial>
{
    private static readonly TimeSpan StandsStill = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RedisStandsStill = TimeSpan.FromSeconds(60);

    private readonly ClusterFaults _faults = new(trial);

    [Fact]
    public Task The_silo_that_counts_the_hot_series_is_killed() => Withstands("`kill -9` of the silo that counts the hot series", _faults.KillTheHotSilo);

    [Fact]
    public Task A_gateway_is_killed() => Withstands("`kill -9` of a gateway", _faults.KillAGateway);

    [Fact]
    public Task A_silo_stands_still_for_half_a_minute_and_comes_back() => Withstands("`SIGSTOP` of the silo that counts the hot series, for 30 s", () => _faults.FreezeTheHotSilo(StandsStill));

    [Fact]
    public Task The_redis_is_killed() => Withstands("`kill -9` of Redis", _faults.KillTheRedis);

    [Fact]
    public Task All_servers_are_restarted_one_after_the_other() => Withstands("a rolling restart of all", _faults.RestartAll);

    [Fact]
    public Task A_gateway_is_cut_off_from_the_silos() => Withstands("a gateway cut off from the silos for 30 s", () => _faults.CutOffAGateway(room => room.Silos, StandsStill));

    [Fact]
    public Task A_gateway_is_cut_off_from_the_redis() => WithstandsInLongRuns("a gateway cut off from Redis for 30 s", () => _faults.CutOffAGateway(room => room.Store, StandsStill));

    [Fact]
    public Task Nothing_happens() => WithstandsInLongRuns("nothing", () => Task.CompletedTask);

    [Fact]
    public Task A_silo_and_a_gateway_are_killed_at_once() => WithstandsInLongRuns("`kill -9` of a silo and a gateway at once", _faults.KillASiloAndAGateway);

    [Fact]
    public Task Both_silos_are_killed_at_once() => WithstandsInLongRuns("`kill -9` of both silos at once", () => ClusterFaults.KillAndBegin([.. trial.Cluster.Silos]));

    [Fact]
    public Task All_servers_are_killed_at_once() => WithstandsInLongRuns("`kill -9` of all servers at once", () => ClusterFaults.KillAndBegin([.. trial.Cluster.All]));

    [Fact]
    public Task The_redis_stands_still_for_a_minute() => WithstandsInLongRuns("`SIGSTOP` of Redis for 60 s", () => _faults.FreezeTheRedis(RedisStandsStill));

    [Fact]
    public Task The_redis_is_slow() => WithstandsInLongRuns("Redis runs in 20 of every 220 ms, for 30 s", () => _faults.SlowTheRedis(StandsStill));

    private Task WithstandsInLongRuns(string name, Func<Task> fault)
    {
        Assert.SkipUnless(FaultTests.IsLongRun, "It takes a while: CRASH_KILLS=10 runs it.");
        return Withstands(name, fault);
    }

    private async Task Withstands(string name, Func<Task> fault) => output.WriteLine($"{await trial.Withstands(name, fault)}");
}
