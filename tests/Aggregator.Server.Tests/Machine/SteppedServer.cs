namespace Aggregator.Server.Tests;

/// <summary>A server in this process, whose clock the test sets.</summary>
internal sealed class SteppedServer : ITriedServer, IAsyncDisposable
{
    private readonly string[] _settings;
    private RunningServer? _running;

    private SteppedServer(SteppedClock clock, string[] settings) => (Clock, _settings) = (clock, settings);

    public SteppedClock Clock { get; }

    TimeProvider ITriedServer.Clock => Clock;

    public HttpClient Http => _running!.Anybody;

    public HttpClient Operator => _running!.Operator;

    public string Output => "what it says to the test's own console";

    public static async Task<SteppedServer> Start(DateTimeOffset now, params string[] settings)
    {
        var server = new SteppedServer(new(now), settings);
        await server.Restart();
        return server;
    }

    public async Task Stop()
    {
        if (_running is not null) await _running.DisposeAsync();
        _running = null;
    }

    public async Task Restart() => _running = await RunningServer.StartOn(Clock, _settings);

    public async ValueTask DisposeAsync() => await Stop();
}
