namespace Aggregator.Server;

/// <summary>Ends a server whose embedded store cannot write its log any more, so that whoever manages the service starts it anew.</summary>
/// <remarks>The store takes nothing after its first commit that failed, not even when the disk has room again; what it still tells of uncommitted writes would be lost with it.</remarks>
internal sealed partial class EmbeddedStoreWatch(StoreLifetime store, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<EmbeddedStoreWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (store.Embedded is not { } embedded) return;
        LogBroken(await embedded.Broken.WaitAsync(stoppingToken));
        Starting.EndToStartAnew(lifetime, clock, "The log of the embedded store cannot be written, and the server could not end in good order.");
    }

    [LoggerMessage(LogLevel.Critical, "Embedded store: its log cannot be written ({Reason}). No report that was acknowledged is lost; the server ends, to be started anew")]
    private partial void LogBroken(string reason);
}
