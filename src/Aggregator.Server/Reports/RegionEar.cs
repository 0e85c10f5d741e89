using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>What one region is still to be told, and what it last said of itself.</summary>
/// <remarks>Safe for many threads. Told by one at a time. Whoever is answered a turn has to queue it for that.</remarks>
internal sealed class RegionEar(SeriesKey series, IRegionGrain region, long now)
{
    /// <summary>A region that has to hear of more buckets than this reads them in the store: what waits here stays small.</summary>
    private const int TalliesAtMost = 64;

    /// <summary>Buckets that may still grow: of these it is kept what the region was told before.</summary>
    private const int GrowingAtMost = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Tally> _tallies = [];
    private readonly Dictionary<long, Tally> _heard = []; // what the region was told, by bucket
    private RegionGlance? _glance;
    private long _unheard;
    private long _at = now;
    private bool _reread, _rereadLate;
    private bool _queuedSoon, _queuedLate;
    private bool _telling;
    private bool _closed;
    private TaskCompletionSource? _next;
    private Causes? _causes;

    public SeriesKey Series { get; } = series;

    public IRegionGrain Region { get; } = region;

    /// <summary>How the region said it was, and the counted reports it did not know of.</summary>
    public RegionGlance? Glance
    {
        get
        {
            lock (_lock) return _glance is { } glance ? glance with { Reports15m = glance.Reports15m + _unheard } : null;
        }
    }

    /// <summary>Takes absolute tallies to be told; null where this ear was closed.</summary>
    public Turn? Hear(List<BucketTally> tallies)
    {
        lock (_lock)
        {
            if (_closed) return null;
            Causes.Note(ref _causes);
            foreach (var (bucket, tally) in tallies) Merge(bucket, tally);
            return Queue();
        }
    }

    /// <summary>Sends the region back to the store; null where this ear was closed.</summary>
    public Turn? MustReread(Turn turn)
    {
        lock (_lock)
        {
            if (_closed) return null;
            Causes.Note(ref _causes);
            if (turn == Turn.Soon) _reread = true;
            else _rereadLate = true;
            return Queue();
        }
    }

    /// <summary>Takes what is to be told now; false where there is nothing, or another is telling it something.</summary>
    /// <param name="turn">The one that has come; none: out of turn.</param>
    public bool TryTake(Turn turn, out ImmutableArray<BucketTally> tallies, out bool reread)
    {
        lock (_lock)
        {
            if (turn == Turn.Soon) _queuedSoon = false;
            if (turn == Turn.Late) _queuedLate = false;
            var late = _rereadLate && turn != Turn.Soon;
            reread = _reread || late;
            tallies = [];
            if (_telling || (!reread && _tallies.Count == 0)) return false;

            tallies = [.. _tallies.Select(cell => new BucketTally(cell.Key, cell.Value))];
            while (_heard.Count > GrowingAtMost) _heard.Remove(_heard.Keys.Min());
            foreach (var (bucket, tally) in tallies) _heard[bucket] = tally;
            _tallies.Clear();
            (_reread, _rereadLate, _telling) = (false, _rereadLate && !late, true);
            return true;
        }
    }

    /// <summary>The commits that it is told of now, where they are traced.</summary>
    public Causes? TakeCauses()
    {
        lock (_lock)
        {
            var causes = _causes;
            _causes = null;
            return causes;
        }
    }

    /// <summary>Notes what the region said.</summary>
    public Turn Answer(RegionGlance? glance, long at)
    {
        lock (_lock)
        {
            _telling = false;
            if (glance is not null)
            {
                (_glance, _at) = (glance, at);
                _unheard = _tallies.Sum(cell => cell.Value.Reports - Heard(cell.Key));
            }

            _next?.TrySetResult();
            _next = null;
            return Queue();
        }
    }

    public bool IsFresh(TimeProvider clock, TimeSpan within)
    {
        lock (_lock) return _glance is not null && clock.GetElapsedTime(_at) < within;
    }

    /// <summary>Done when the region has answered once more; at once where nothing is to be told.</summary>
    public Task NextAnswer()
    {
        lock (_lock)
        {
            if (!IsBehind) return Task.CompletedTask;
            return (_next ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Closes it where nothing was told for so long; a closed one hears nothing any more.</summary>
    public bool CloseWhenIdle(TimeProvider clock, TimeSpan after)
    {
        lock (_lock) return _closed = !IsBehind && clock.GetElapsedTime(_at) > after;
    }

    private bool IsBehind => _telling || _reread || _rereadLate || _tallies.Count > 0;

    private void Merge(long bucket, Tally tally)
    {
        var known = _tallies.GetValueOrDefault(bucket);
        if (known is null && _tallies.Count == TalliesAtMost)
        {
            _tallies.Clear();
            _reread = true;
        }

        // A commit tells the counters it moved and no others, and another of the same bucket may have been answered first.
        var before = known ?? _heard.GetValueOrDefault(bucket);
        var merged = before is null ? tally : before.Max(tally);
        _unheard += merged.Reports - (before?.Reports ?? 0);
        _tallies[bucket] = merged;
    }

    private long Heard(long bucket) => _heard.GetValueOrDefault(bucket)?.Reports ?? 0;

    private Turn Queue()
    {
        // Whoever is telling it something queues it afterwards.
        if (_telling) return Turn.None;
        if (_reread || _tallies.Count > 0)
        {
            if (_queuedSoon) return Turn.None;
            _queuedSoon = true;
            return Turn.Soon;
        }

        if (!_rereadLate || _queuedLate) return Turn.None;
        _queuedLate = true;
        return Turn.Late;
    }
}
