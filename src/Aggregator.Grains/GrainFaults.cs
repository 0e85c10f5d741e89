using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

/// <summary>What regions and services of this silo could not do, said of all together: where the store is away it is all of them, every few seconds.</summary>
internal sealed partial class GrainFaults : IDisposable
{
    private static readonly TimeSpan SaidAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SaidEvery = TimeSpan.FromSeconds(30);

    private readonly ILogger<GrainFaults> _logger;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private Faults _unclosed, _unsaved, _unwatched;
    private bool _waiting;

    public GrainFaults(TimeProvider clock, ILogger<GrainFaults> logger)
    {
        _logger = logger;
        _timer = clock.CreateTimer(_ => Say(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A region could not close its bucket; its next close tries again.</summary>
    public void NotClosed(SeriesKey series, Exception error) => Note(ref _unclosed, series.ToString(), error);

    /// <summary>A region could not save what it has learned; it tries again in a minute.</summary>
    public void NotSaved(SeriesKey series, Exception error) => Note(ref _unsaved, series.ToString(), error);

    /// <summary>A service could not look after its incident; it tries again in 5 seconds.</summary>
    public void NotWatched(ServiceKey service, Exception error) => Note(ref _unwatched, service.Value, error);

    public void Dispose() => _timer.Dispose();

    private void Note(ref Faults faults, string whose, Exception error)
    {
        lock (_lock)
        {
            faults = new(faults.Count + 1, whose, error);
            if (_waiting) return;
            _waiting = true;
            _timer.Change(SaidAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private void Say()
    {
        Faults unclosed, unsaved, unwatched;
        lock (_lock)
        {
            (unclosed, unsaved, unwatched) = (_unclosed, _unsaved, _unwatched);
            (_unclosed, _unsaved, _unwatched) = (default, default, default);
            _waiting = unclosed.Count + unsaved.Count + unwatched.Count > 0;
            if (_waiting) _timer.Change(SaidEvery, Timeout.InfiniteTimeSpan);
        }

        if (unclosed.Count > 0) LogNotClosed(unclosed.Error, unclosed.Count, unclosed.Last);
        if (unsaved.Count > 0) LogNotSaved(unsaved.Error, unsaved.Count, unsaved.Last);
        if (unwatched.Count > 0) LogNotWatched(unwatched.Error, unwatched.Count, unwatched.Last);
    }

    [LoggerMessage(LogLevel.Warning, "Buckets that could not be closed: {Count}, the last one of {Series}; the next close tries again")]
    private partial void LogNotClosed(Exception? error, int count, string? series);

    [LoggerMessage(LogLevel.Warning, "Baselines that could not be saved: {Count}, the last one of {Series}; it is tried again in a minute")]
    private partial void LogNotSaved(Exception? error, int count, string? series);

    [LoggerMessage(LogLevel.Warning, "Times a service could not look after its incident: {Count}, the last one {Service}; it tries again in 5 seconds")]
    private partial void LogNotWatched(Exception? error, int count, string? service);

    private readonly record struct Faults(int Count, string? Last, Exception? Error);
}
