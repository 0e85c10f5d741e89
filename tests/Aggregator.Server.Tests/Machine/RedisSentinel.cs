using System.Globalization;

namespace Aggregator.Server.Tests;

/// <summary>A Redis with a replica, and a sentinel that puts the replica in its place when it dies.</summary>
internal sealed class RedisSentinel : IAsyncDisposable
{
    private const string Service = "aggregator";
    private static readonly TimeSpan KnownWithin = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-sentinel-").FullName;
    private readonly int _port = Ports.Free();
    private readonly RedisProcess _replica;
    private ChildProcess? _sentinel;

    private RedisSentinel(RedisProcess master, RedisProcess replica) => (Master, _replica) = (master, replica);

    public RedisProcess Master { get; }

    /// <summary>The configuration string for StackExchange.Redis.</summary>
    public string Connection => $"127.0.0.1:{_port},serviceName={Service}";

    /// <summary>Skips the test where there is no redis-server or no redis-cli.</summary>
    public static async Task<RedisSentinel> Start()
    {
        Assert.SkipUnless(Machine.RedisCli is not null, "redis-cli is not installed.");
        var master = await RedisProcess.Start();
        var replica = await RedisProcess.Start("--replicaof", "127.0.0.1", master.Port.ToString(CultureInfo.InvariantCulture));
        var all = new RedisSentinel(master, replica);
        try
        {
            await all.Watch();
            return all;
        }
        catch
        {
            await all.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_sentinel is not null) await _sentinel.DisposeAsync();
        await _replica.DisposeAsync();
        await Master.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task Watch()
    {
        var file = Path.Combine(_directory, "sentinel.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            port {_port}
            bind 127.0.0.1
            dir {_directory}
            sentinel monitor {Service} 127.0.0.1 {Master.Port} 1
            sentinel down-after-milliseconds {Service} 1000
            sentinel failover-timeout {Service} 5000

            """));
        _sentinel = new(Machine.RedisServer!, [file, "--sentinel"]);
        await Eventually.Right("the sentinel knows the replica", KnownWithin, async () =>
        {
            await using var asking = new ChildProcess(Machine.RedisCli!, ["-p", $"{_port}", "sentinel", "replicas", Service]);
            await asking.Exit(KnownWithin);
            return asking.Output.Contains($"{_replica.Port}", StringComparison.Ordinal) && asking.Output.Contains("master-link-status", StringComparison.Ordinal)
                && asking.Output.Contains($"{Environment.NewLine}ok{Environment.NewLine}", StringComparison.Ordinal) ? null : asking.Output + _sentinel.Output;
        });
    }
}
