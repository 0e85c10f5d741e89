using System.Diagnostics;
using System.Net.Http.Headers;

namespace Aggregator.Benchmarks;

/// <summary>A server or an endpoint in a process of its own, which can be stopped or killed, and started again on the same data and address.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string ReadyPath = "/health/ready";

    public const string OperatorKey = "the-operator-of-the-benchmarks";

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(5);

    private readonly string[] _arguments;
    private ChildProcess _process;

    private RunningServer(string assembly, IEnumerable<string> arguments, RedisServer? redis, TemporaryDirectory? data)
    {
        Address = new($"http://127.0.0.1:{Ports.Free()}");
        (Redis, Data) = (redis, data);
        _arguments = [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments, "--urls", Address.GetLeftPart(UriPartial.Authority)];
        _process = new("dotnet", _arguments);
        Http = new() { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(5), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", OperatorKey) } };
    }

    public Uri Address { get; }

    /// <summary>Carries the operator's key.</summary>
    public HttpClient Http { get; }

    public RedisServer? Redis { get; }

    public TemporaryDirectory? Data { get; }

    /// <summary>From the start of the process until it said that it is ready.</summary>
    public TimeSpan StartTook { get; private set; }

    /// <summary>Resident bytes of the process.</summary>
    public long Resident
    {
        get
        {
            using var process = Process.GetProcessById(_process.Id);
            return process.WorkingSet64;
        }
    }

    /// <summary>What the process has had of the processors since it was started.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            using var process = Process.GetProcessById(_process.Id);
            return process.TotalProcessorTime;
        }
    }

    public static Task<RunningServer> NoOp(CancellationToken cancel) => Ready(new("Aggregator.Benchmarks.dll", [NoOpEndpoint.Name], null, null), cancel);

    public static async Task<RunningServer> Naive(CancellationToken cancel)
    {
        var redis = await RedisServer.Start(cancel);
        return await Ready(new("Aggregator.Benchmarks.dll", [NaiveEndpoint.Name, "--store", redis.Connection], redis, null), cancel);
    }

    /// <summary>The server as users start it, with the store in its process.</summary>
    /// <param name="more">Settings beside the usual ones, with their dashes.</param>
    public static Task<RunningServer> Embedded(CancellationToken cancel, params IEnumerable<string> more)
    {
        var data = new TemporaryDirectory();
        return Ready(new("Aggregator.Server.dll", [.. Settings, .. more, $"--Store:DataDirectory={data.Path}"], null, data), cancel);
    }

    public static async Task<RunningServer> OnRedis(CancellationToken cancel)
    {
        var redis = await RedisServer.Start(cancel);
        return await Ready(new("Aggregator.Server.dll", [.. Settings, "--Store:Mode=Redis", $"--Store:Connection={redis.Connection}"], redis, null), cancel);
    }

    public Task Stop(CancellationToken cancel) => _process.Stop(cancel);

    /// <summary><c>kill -9</c>.</summary>
    public Task Kill() => _process.Kill();

    /// <summary>Starts the process again and waits until it is ready.</summary>
    public async Task Restart(CancellationToken cancel)
    {
        await _process.DisposeAsync();
        _process = new("dotnet", _arguments);
        await WaitUntilReady(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
        if (Redis is not null) await Redis.DisposeAsync();
        Data?.Dispose();
    }

    // Everybody comes over loopback, so it is X-Forwarded-For that tells reporters apart.
    private static string[] Settings => [$"--Operator:Key={OperatorKey}", "--Reports:RatePerReporter=0", "--Reports:RatePerNetwork=0", "--ForwardedHeaders:KnownNetworks:0=127.0.0.0/8"];

    private static async Task<RunningServer> Ready(RunningServer server, CancellationToken cancel)
    {
        try
        {
            await server.WaitUntilReady(cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task WaitUntilReady(CancellationToken cancel)
    {
        await Patience.Until("the server is ready", ReadyWithin, async () =>
        {
            if (_process.HasExited) throw new LoadException($"The server ended with {_process.ExitCode}:{Environment.NewLine}{_process.Output}");
            try
            {
                using var answer = await Http.GetAsync(ReadyPath, cancel);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, cancel);
        StartTook = Stopwatch.GetElapsedTime(_process.Started);
    }
}
