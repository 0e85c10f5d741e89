using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>What one region is still to be told, and what it last said of itself.</summary>
/// <remarks>Safe for many threads. Told by one at a time: whoever is answered <c>true</c> has it waiting to be told.</remarks>
internal sealed class RegionEar(SeriesKey series, long now)
{
    /// <summary>A region that has to hear of more buckets than this reads them in the store: what waits here stays small.</summary>
    private const int TalliesAtMost = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Tally> _tallies = [];
    private readonly Dictionary<long, long> _heard = []; // counted reports by bucket, as the region was last told
    private RegionGlance? _glance;
    private long _unheard;
    private long _at = now;
    private bool _reread;
    private bool _waits;
    private bool _closed;
    private TaskCompletionSource? _next;

    public SeriesKey Series { get; } = series;

    /// <summary>How the region said it was, and the counted reports it did not know of.</summary>
    public RegionGlance? Glance
    {
        get
        {
            lock (_lock) return _glance is { } glance ? glance with { Reports15m = glance.Reports15m + _unheard } : null;
        }
    }

    /// <summary>Takes absolute tallies to be told; <c>true</c> where it now has to be queued, null where this ear was closed.</summary>
    public bool? Hear(List<BucketTally> tallies)
    {
        lock (_lock)
        {
            if (_closed) return null;
            foreach (var (bucket, tally) in tallies) Merge(bucket, tally);
            return Queue();
        }
    }

    /// <inheritdoc cref="Hear"/>
    public bool? MustReread()
    {
        lock (_lock)
        {
            if (_closed) return null;
            _reread = true;
            return Queue();
        }
    }

    public (ImmutableArray<BucketTally> Tallies, bool Reread) Take()
    {
        lock (_lock)
        {
            ImmutableArray<BucketTally> tallies = [.. _tallies.Select(cell => new BucketTally(cell.Key, cell.Value))];
            var reread = _reread;
            _heard.Clear();
            foreach (var (bucket, tally) in tallies) _heard[bucket] = tally.Reports;
            _tallies.Clear();
            _reread = false;
            return (tallies, reread);
        }
    }

    /// <summary>Notes what the region said; <c>true</c> where there is more to tell.</summary>
    public bool Answer(RegionGlance? glance, long at)
    {
        lock (_lock)
        {
            if (glance is not null)
            {
                (_glance, _at) = (glance, at);
                _unheard = _tallies.Sum(cell => Math.Max(0, cell.Value.Reports - _heard.GetValueOrDefault(cell.Key)));
            }

            _next?.TrySetResult();
            _next = null;
            return _waits = _tallies.Count > 0 || _reread;
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
            if (!_waits) return Task.CompletedTask;
            return (_next ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Closes it where nothing was told for so long; a closed one hears nothing any more.</summary>
    public bool CloseWhenIdle(TimeProvider clock, TimeSpan after)
    {
        lock (_lock) return _closed = !_waits && clock.GetElapsedTime(_at) > after;
    }

    private void Merge(long bucket, Tally tally)
    {
        var known = _tallies.GetValueOrDefault(bucket);
        if (known is null && _tallies.Count == TalliesAtMost)
        {
            _tallies.Clear();
            _reread = true;
        }

        // Another commit of the same bucket may have been answered first: the larger one is the later one.
        var merged = known is null ? tally : known.Max(tally);
        var before = Math.Max(known?.Reports ?? 0, _heard.GetValueOrDefault(bucket));
        _unheard += Math.Max(0, merged.Reports - before);
        _tallies[bucket] = merged;
    }

    private bool Queue()
    {
        if (_waits) return false;
        return _waits = true;
    }
}
