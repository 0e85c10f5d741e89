using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aggregator.Server.Tests;

/// <summary>A real redis-server on a free loopback port, with its append log in a directory of its own; it can be killed and come back.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-redis-").FullName;
    private Process? _process;

    private RedisProcess(int port) => Port = port;

    public int Port { get; }

    /// <summary>The configuration string for StackExchange.Redis.</summary>
    public string Connection => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Starts one, and answers when it serves. Ask <see cref="Machine.HasRedisServer"/> first.</summary>
    public static async Task<RedisProcess> Start()
    {
        for (var attempt = 1; ; attempt++)
        {
            var redis = new RedisProcess(FreePort());
            try
            {
                await redis.Restart();
                return redis;
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                // Somebody took the port between our asking and its binding.
                await redis.DisposeAsync();
            }
            catch
            {
                await redis.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>What <c>kill -9</c> does.</summary>
    public async Task Kill()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it again on the same port and the same data, and answers when it serves.</summary>
    public async Task Restart()
    {
        await Kill();
        var start = new ProcessStartInfo(Machine.RedisServer ?? throw new InvalidOperationException(Machine.NoRedisServer),
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _directory,
            "--appendonly", "yes", "--save", "", "--daemonize", "no",
        ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        var said = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            said.Add(line);
            if (!line.Contains("Ready to accept connections", StringComparison.Ordinal)) continue;
            // Nobody reads on, and a full pipe would stop it: let what it says from now on go nowhere.
            _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            return;
        }

        throw new InvalidOperationException($"redis-server did not start: {string.Join(Environment.NewLine, said)}");
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
