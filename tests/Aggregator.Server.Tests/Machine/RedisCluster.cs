using System.Globalization;

namespace Aggregator.Server.Tests;

/// <summary>A real Redis Cluster of three masters, without replicas.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private static readonly TimeSpan MadeWithin = TimeSpan.FromSeconds(60);

    private RedisCluster(RedisProcess[] masters) => Masters = masters;

    public IReadOnlyList<RedisProcess> Masters { get; }

    /// <summary>The configuration string for StackExchange.Redis.</summary>
    public string Connection => string.Join(',', Masters.Select(master => master.Connection));

    /// <summary>Skips the test where there is no redis-server or no redis-cli.</summary>
    public static async Task<RedisCluster> Start()
    {
        Assert.SkipUnless(Machine.RedisCli is not null, "redis-cli is not installed.");
        var cluster = new RedisCluster(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RedisProcess.Start(
            "--cluster-enabled", "yes", "--cluster-node-timeout", "3000", "--cluster-port", Ports.Free().ToString(CultureInfo.InvariantCulture)))));
        try
        {
            await using var making = new ChildProcess(Machine.RedisCli!, ["--cluster", "create", .. cluster.Masters.Select(master => master.Connection), "--cluster-yes"]);
            await making.Exit(MadeWithin);
            Assert.True(making.ExitCode == 0, making.Output);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var master in Masters) await master.DisposeAsync();
    }
}
