using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Leaves a mark in each bucket in which this server accepts reports, so that nobody reporting can be told from nobody able to.</summary>
internal sealed partial class OpenMarker(OpenMarks marks, RegionHints hints, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<OpenMarker> logger)
    : BackgroundService
{
    private static readonly BucketGrid Grid = BucketGrid.TenSeconds;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShutAfter = Grid.Length;

    private long _failing;

    /// <summary>Whether nobody has been able to report here from one bucket into the next, because the store does not answer.</summary>
    public bool IsShut => Interlocked.Read(ref _failing) is not 0 and var since && clock.GetElapsedTime(since) > ShutAfter;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(stoppingToken);

        long marked = -1;
        using var timer = new PeriodicTimer(LookEvery, clock);
        do
        {
            var bucket = Grid.IndexOf(clock.GetUtcNow());
            if (bucket == marked) continue;
            try
            {
                await marks.Mark(bucket);
                marked = bucket;
                Interlocked.Exchange(ref _failing, 0);
                hints.Sweep();
            }
            catch (Exception error) when (StoreFaults.Caused(error))
            {
                Interlocked.CompareExchange(ref _failing, clock.GetTimestamp(), 0);
                LogNotMarked(error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "This bucket will be a gap unless the store answers before it ends: {Reason}")]
    private partial void LogNotMarked(string reason);
}
