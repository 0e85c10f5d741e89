using Microsoft.AspNetCore.Connections;

namespace Aggregator.Server;

/// <summary>Breaks off the connections that are still open some seconds after the server was asked to stop.</summary>
/// <remarks>
/// The limits for slow clients are longer than a stop may take, so that half a request or a slow reader would hold the server until it is killed,
/// with its port closed and its grains not handed over.
/// </remarks>
internal sealed class ConnectionDrain : IDisposable
{
    private readonly CancellationTokenSource _over;

    public ConnectionDrain(IHostApplicationLifetime lifetime, HttpLimits limits, TimeProvider clock)
    {
        _over = new(Timeout.InfiniteTimeSpan, clock);
        lifetime.ApplicationStopping.Register(() => _over.CancelAfter(limits.DrainedWithin));
    }

    public ConnectionDelegate Watch(ConnectionDelegate next) => async connection =>
    {
        await using var abort = _over.Token.Register(connection.Abort);
        await next(connection);
    };

    public void Dispose() => _over.Dispose();
}
