using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Wakes every subscription now and then: what waits for its next attempt goes on after the server that had it died.</summary>
internal sealed partial class SubscriptionKeeper(IGrainFactory grains, SubscriptionStore store, TimeProvider clock, ILogger<SubscriptionKeeper> logger) : BackgroundService
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                foreach (var chunk in (await store.Filters()).Keys.Chunk(AtOnce))
                    await Task.WhenAll(chunk.Select(id => grains.GetGrain<ISubscriptionGrain>(id).Wake()));
            }
            catch (Exception error)
            {
                if (!stoppingToken.IsCancellationRequested) LogAsleep(error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "Subscriptions could not be woken; tried again in half a minute: {Reason}")]
    private partial void LogAsleep(string reason);
}
