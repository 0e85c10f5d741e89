namespace Aggregator.Server.Tests;

/// <summary>What can happen to a cluster.</summary>
internal sealed class ClusterFaults(ClusterTrial trial)
{
    private const string HotSeries = "crash-a|ALL";
    private static readonly TimeSpan ComesBackWithin = TimeSpan.FromSeconds(60);

    public async Task KillTheHotSilo() => await KillAndBegin(await trial.Cluster.HolderOf(HotSeries));

    public Task KillAGateway() => KillAndBegin(trial.Cluster.Gateways[0]);

    public async Task KillASiloAndAGateway() => await KillAndBegin(await trial.Cluster.HolderOf(HotSeries), trial.Cluster.Gateways[1]);

    /// <summary>Long enough for the others to declare it dead: when it hears of that it ends, and is started anew.</summary>
    public async Task FreezeTheHotSilo(TimeSpan span)
    {
        var silo = await trial.Cluster.HolderOf(HotSeries);
        await silo.Freeze();
        await Task.Delay(span, TimeProvider.System);
        await silo.Thaw();
        await Eventually.True("the silo has ended", ComesBackWithin, () => Task.FromResult(silo.HasExited));
        await silo.Begin();
    }

    public async Task KillTheRedis()
    {
        await trial.Redis.Kill();
        await trial.Redis.Restart();
    }

    public async Task FreezeTheRedis(TimeSpan span)
    {
        await trial.Redis.Freeze();
        await Task.Delay(span, TimeProvider.System);
        await trial.Redis.Thaw();
    }

    public async Task SlowTheRedis(TimeSpan span)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begun) < span;)
        {
            await trial.Redis.Freeze();
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            await trial.Redis.Thaw();
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public async Task RestartAll()
    {
        foreach (var server in trial.Cluster.All)
        {
            await server.Stop();
            Assert.Equal(0, server.ExitCode);
            await server.Restart();
        }
    }

    /// <summary>It serves on, and says that it is not ready.</summary>
    public async Task CutOffAGateway(Func<NetworkRoom, string> from, TimeSpan span)
    {
        Assert.SkipWhen(trial.Room is null, "No network can be made here.");
        var gateway = trial.Cluster.Gateways[^1];
        await trial.Room.Cut(from(trial.Room));
        var rest = Task.Delay(span, TimeProvider.System);
        await Eventually.True("the gateway notices", span, async () => !(await gateway.Http.GetAsync("/health/ready")).IsSuccessStatusCode);
        await rest;
        await trial.Room.Mend(from(trial.Room));
    }

    public static async Task KillAndBegin(params ServerProcess[] servers)
    {
        await Task.WhenAll(servers.Select(server => server.Kill()));
        await Task.WhenAll(servers.Select(server => server.Begin()));
    }
}
