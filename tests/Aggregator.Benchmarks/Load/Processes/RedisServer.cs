using StackExchange.Redis;

namespace Aggregator.Benchmarks;

/// <summary>A real redis-server on a loopback port of its own, with its log on disk as deployments have it.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = Ports.Free();
    private readonly ChildProcess _process;

    private RedisServer() => _process = new(Programs.RedisServer ?? throw new LoadException("redis-server is not installed."),
        ["--port", $"{_port}", "--bind", "127.0.0.1", "--dir", _directory.Path, "--appendonly", "yes", "--appendfsync", "always", "--save", ""]);

    /// <summary>The configuration string for StackExchange.Redis.</summary>
    public string Connection => $"127.0.0.1:{_port}";

    public static async Task<RedisServer> Start(CancellationToken cancel)
    {
        var redis = new RedisServer();
        try
        {
            await Patience.Until("redis-server answers", ReadyWithin, async () =>
            {
                if (redis._process.HasExited) throw new LoadException($"redis-server ended:{Environment.NewLine}{redis._process.Output}");
                return await redis.UsedMemory() > 0;
            }, cancel);
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary><c>used_memory</c> in bytes; 0 where it does not answer.</summary>
    public async Task<long> UsedMemory()
    {
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(Connection + ",connectTimeout=1000,connectRetry=0,allowAdmin=true");
            var facts = await connection.GetServers()[0].InfoAsync("memory");
            return long.Parse(facts.SelectMany(group => group).First(fact => fact.Key == "used_memory").Value);
        }
        catch (RedisException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }
}
