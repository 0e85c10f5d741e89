using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>The server as users run it: a process of its own, which can be killed and started again on the same data and address.</summary>
internal sealed class ServerProcess : ITriedServer, IAsyncDisposable
{
    public const string OperatorKey = "the-operator-of-the-tests";

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(30);

    private readonly NetworkRoom? _room;
    private readonly string[] _settings;
    private ChildProcess? _process;

    private ServerProcess(NetworkRoom? room, string[] settings)
    {
        Address = new($"http://{room?.Inside ?? "127.0.0.1"}:{Ports.Free()}");
        (_room, _settings) = (room, settings);
        Http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) }) { BaseAddress = Address, Timeout = AnswersWithin };
        Operator = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = Address,
            Timeout = AnswersWithin,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", OperatorKey) },
        };
    }

    public Uri Address { get; }

    /// <summary>Anybody.</summary>
    public HttpClient Http { get; }

    /// <summary>Carries <see cref="OperatorKey"/>, which is the server's unless a setting says otherwise.</summary>
    public HttpClient Operator { get; }

    public TimeProvider Clock => TimeProvider.System;

    public bool HasExited => _process!.HasExited;

    public int ExitCode => _process!.ExitCode;

    /// <summary>What the server has said since its last start.</summary>
    public string Output => _process!.Output;

    /// <summary>How much memory it holds, in bytes.</summary>
    public long WorkingSet => _process!.WorkingSet;

    /// <summary>A server that is yet to be started, on an address of its own.</summary>
    public static ServerProcess Prepare(params string[] settings) => new(room: null, settings);

    /// <summary>A server that is yet to be started, in a room of its own.</summary>
    public static ServerProcess Prepare(NetworkRoom? room, params string[] settings) => new(room, settings);

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="settings">Such as <c>Store:DataDirectory=/tmp/x</c>.</param>
    public static async Task<ServerProcess> Start(params string[] settings)
    {
        var server = Prepare(settings);
        try
        {
            await server.Restart();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server that is expected to refuse; answers its exit code and what it said.</summary>
    public static async Task<(int ExitCode, string Output)> StartInVain(params string[] settings)
    {
        await using var server = Prepare(settings);
        await server.Begin();
        await server._process!.Exit(ReadyWithin);
        return (server._process!.ExitCode, server.Output);
    }

    /// <summary><c>kill -9</c>.</summary>
    public Task Kill() => _process!.Kill();

    /// <summary>It keeps its connections, and answers nothing.</summary>
    public Task Freeze() => _process!.Signal("STOP");

    public Task Thaw() => _process!.Signal("CONT");

    /// <summary>Asks the server to end, as a service manager does, and waits until it has.</summary>
    public Task Stop() => _process!.Stop();

    /// <summary>Starts the process again, without waiting for it.</summary>
    public async Task Begin()
    {
        if (_process is not null) await _process.DisposeAsync();
        _process = Launch();
    }

    /// <summary>Starts the process again and waits until it is ready.</summary>
    public async Task Restart()
    {
        await Begin();
        await Ready();
    }

    public async Task Ready()
    {
        try
        {
            await Eventually.True("the server is ready", ReadyWithin, async () =>
                !_process!.HasExited ? await IsReady() : throw new InvalidOperationException($"The server ended with {_process!.ExitCode}."));
        }
        catch (Exception error) when (error is TimeoutException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{error.Message} It said:{Environment.NewLine}{Output}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Operator.Dispose();
        if (_process is not null) await _process.DisposeAsync();
    }

    private ChildProcess Launch()
    {
        string[] program = _room?.Enter("dotnet") ?? ["dotnet"];
        return new(program[0],
        [
            .. program.Skip(1), Path.Combine(AppContext.BaseDirectory, "Aggregator.Server.dll"), "--urls", Address.ToString(), $"--Operator:Key={OperatorKey}",
            .. _settings.Select(setting => "--" + setting),
        ]);
    }

    private async Task<bool> IsReady()
    {
        try
        {
            using var answer = await Http.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
