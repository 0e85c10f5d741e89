using System.Net.Sockets;

namespace Aggregator.Server.Tests;

/// <summary>A real redis-server on a loopback port of its own, with its log on disk.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-redis-").FullName;
    private readonly string[] _settings;
    private ChildProcess? _process;

    private RedisProcess(string[] settings) => _settings = settings;

    public int Port { get; } = Ports.Free();

    /// <summary>The configuration string for StackExchange.Redis.</summary>
    public string Connection => $"127.0.0.1:{Port}";

    /// <summary>Skips the test where there is no redis-server.</summary>
    /// <param name="settings">What it gets at every start besides, such as <c>--cluster-enabled yes</c>.</param>
    public static async Task<RedisProcess> Start(params string[] settings)
    {
        Assert.SkipUnless(Machine.RedisServer is not null, "redis-server is not installed.");
        var redis = new RedisProcess(settings);
        await redis.Restart();
        return redis;
    }

    /// <summary>One that begins with what a dump holds, in the steps that are documented: read without a log, then with one.</summary>
    public static async Task<RedisProcess> From(string dump)
    {
        Assert.SkipUnless(Machine.RedisServer is not null, "redis-server is not installed.");
        var redis = new RedisProcess([]);
        try
        {
            File.Copy(dump, Path.Combine(redis._directory, "dump.rdb"));
            await redis.Begin("--appendonly", "no");
            await redis.Answering();
            await redis.Ask("CONFIG", "SET", "appendonly", "yes");
            await Eventually.True("the log is written", ReadyWithin, async () =>
                await redis.Ask("INFO", "persistence") is var info && info.Contains("aof_rewrite_in_progress:0", StringComparison.Ordinal) && info.Contains("aof_rewrite_scheduled:0", StringComparison.Ordinal)
                    && info.Contains("aof_enabled:1", StringComparison.Ordinal) && info.Contains("aof_last_bgrewrite_status:ok", StringComparison.Ordinal));
            await redis._process!.Stop();
            await redis.Restart();
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>What redis-cli is answered.</summary>
    public async Task<string> Ask(params string[] command)
    {
        await using var asking = new ChildProcess(Machine.RedisCli!, ["-p", $"{Port}", .. command]);
        await asking.Exit(ReadyWithin);
        Assert.True(asking.ExitCode == 0, asking.Output);
        return asking.Output;
    }

    /// <summary><c>kill -9</c>.</summary>
    public Task Kill() => _process!.Kill();

    /// <summary>It keeps its connections, and answers nothing.</summary>
    public Task Freeze() => _process!.Signal("STOP");

    public Task Thaw() => _process!.Signal("CONT");

    /// <summary>Starts again on the same port and data.</summary>
    public async Task Restart()
    {
        await Begin();
        await Answering();
    }

    /// <summary>Starts again on the same port and data, without waiting until it has read them.</summary>
    public async Task Begin(params string[] settings)
    {
        if (_process is not null) await _process.DisposeAsync();

        // With the default, everysec, what is answered while a sync is under way is not in the log yet, and a kill may lose it.
        _process = new(Machine.RedisServer!, ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _directory, "--appendonly", "yes", "--appendfsync", "always", "--save", "", .. _settings, .. settings]);
    }

    private Task Answering() => Eventually.True("redis-server answers", ReadyWithin, async () =>
        !_process!.HasExited ? await Answers() : throw new InvalidOperationException($"redis-server ended:{Environment.NewLine}{_process.Output}"));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<bool> Answers()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[64];
            var read = await client.GetStream().ReadAsync(answer);

            // While it reads its log it answers -LOADING; one with a password is up when it asks for it.
            return Encoding.ASCII.GetString(answer, 0, read) is var said && (said.StartsWith("+PONG", StringComparison.Ordinal) || said.StartsWith("-NOAUTH", StringComparison.Ordinal));
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }
}
