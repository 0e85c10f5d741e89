using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

/// <summary>What regions of this silo could not do, said of all together: where the store is away it is all of them, every ten seconds.</summary>
internal sealed partial class RegionFaults : IDisposable
{
    private static readonly TimeSpan SaidAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SaidEvery = TimeSpan.FromSeconds(30);

    private readonly ILogger<RegionFaults> _logger;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private Tally _unclosed, _unsaved;
    private bool _waiting;

    public RegionFaults(TimeProvider clock, ILogger<RegionFaults> logger)
    {
        _logger = logger;
        _timer = clock.CreateTimer(_ => Say(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A region could not close its bucket; its next close tries again.</summary>
    public void NotClosed(SeriesKey series, Exception error) => Note(ref _unclosed, series, error);

    /// <summary>A region could not save what it has learned; it tries again in a minute.</summary>
    public void NotSaved(SeriesKey series, Exception error) => Note(ref _unsaved, series, error);

    public void Dispose() => _timer.Dispose();

    private void Note(ref Tally tally, SeriesKey series, Exception error)
    {
        lock (_lock)
        {
            tally = new(tally.Count + 1, series, error);
            if (_waiting) return;
            _waiting = true;
            _timer.Change(SaidAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private void Say()
    {
        Tally unclosed, unsaved;
        lock (_lock)
        {
            (unclosed, unsaved, _unclosed, _unsaved) = (_unclosed, _unsaved, default, default);
            _waiting = unclosed.Count + unsaved.Count > 0;
            if (_waiting) _timer.Change(SaidEvery, Timeout.InfiniteTimeSpan);
        }

        if (unclosed.Count > 0) LogNotClosed(unclosed.Error, unclosed.Count, unclosed.Last);
        if (unsaved.Count > 0) LogNotSaved(unsaved.Error, unsaved.Count, unsaved.Last);
    }

    [LoggerMessage(LogLevel.Warning, "Buckets that could not be closed: {Count}, the last one of {Series}; the next close tries again")]
    private partial void LogNotClosed(Exception? error, int count, SeriesKey series);

    [LoggerMessage(LogLevel.Warning, "Baselines that could not be saved: {Count}, the last one of {Series}; it is tried again in a minute")]
    private partial void LogNotSaved(Exception? error, int count, SeriesKey series);

    private readonly record struct Tally(int Count, SeriesKey Last, Exception? Error);
}
