using System.Collections.Immutable;

namespace Aggregator.Domain;

/// <summary>The last buckets of one series: how many reports in the last minute, quarter of an hour, day.</summary>
/// <remarks>
/// <para>A window of <c>n</c> buckets holds the <c>n</c> newest, the one that <c>now</c> is in among them. Buckets lie on a
/// <see cref="BucketGrid"/>, never at the first report, so windows kept by different regions or servers can be added.</para>
/// <para>What is heard is the whole content of a bucket as the store knows it; the window keeps the larger of known and heard in each
/// field, so hearing twice, late or out of order is harmless. Every hearing is answered: nothing is dropped in silence.</para>
/// <para>Time only goes forward: a clock that steps back evicts nothing, and what was counted stays counted.</para>
/// <para>Only buckets with something in them take memory. Reading one of <see cref="Windows"/> is O(1): running totals from which
/// leaving buckets are subtracted. Not thread-safe: a window belongs to one grain.</para>
/// </remarks>
public sealed class SlidingWindow
{
    // How far another server's clock may be ahead of ours: as far as a report may be dated ahead, and the bucket that is under way.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);

    private readonly BucketGrid _grid;
    private readonly SparseBuckets _buckets = new();
    private readonly int _span;
    private readonly int _ahead;
    private readonly int[] _lengths;
    private readonly long[] _totals;
    private long? _newest;

    /// <param name="grid">The grid the buckets lie on.</param>
    /// <param name="span">How far back buckets are kept; the windows longer than this cannot be asked for.</param>
    public SlidingWindow(BucketGrid grid, TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, grid.Length);
        _grid = grid;
        _span = grid.Count(span);
        _ahead = grid.Count(Ahead) + 1;
        _lengths = [.. Windows.Where(w => w <= span).Select(grid.Count)];
        _totals = new long[_lengths.Length];
    }

    /// <summary>The windows whose totals are kept: 1, 5 and 15 minutes, 1 and 24 hours.</summary>
    public static ImmutableArray<TimeSpan> Windows { get; } =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromHours(24)];

    /// <summary>The bucket of the latest time told; it does not go back with a clock.</summary>
    public long? Newest => _newest;

    /// <summary>Nothing is kept: no bucket within the span, none ahead.</summary>
    public bool IsEmpty => _buckets.Count == 0;

    /// <summary>Hears what a bucket holds by now.</summary>
    /// <param name="bucket">Its index on the grid.</param>
    /// <param name="absolute">All that was counted in it so far, not what was added.</param>
    public CountOutcome Hear(long bucket, Tally absolute, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(absolute);
        var newest = Slide(now);
        if (bucket > newest + _ahead) return CountOutcome.FromFuture;
        if (bucket <= newest - _span) return CountOutcome.TooOld;

        var known = _buckets.At(bucket);
        var merged = known.Max(absolute);
        if (merged.Equals(known)) return CountOutcome.AlreadyKnown;

        _buckets.Set(bucket, merged);
        if (bucket > newest) return CountOutcome.Early;

        for (var i = 0; i < _totals.Length; i++)
            if (bucket > newest - _lengths[i]) _totals[i] += merged.Reports - known.Reports;
        return CountOutcome.Counted;
    }

    /// <summary>Lets time pass: buckets that are too old leave, early ones whose time has come enter.</summary>
    public void SlideTo(DateTimeOffset now) => Slide(now);

    /// <summary>Reports in one of <see cref="Windows"/>, as of the last time told.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not one of <see cref="Windows"/>, or longer than the span.</exception>
    public long Reports(TimeSpan window)
    {
        var index = Windows.IndexOf(window);
        if (index < 0 || index >= _totals.Length)
            throw new ArgumentOutOfRangeException(nameof(window), window, "No running total is kept for this window.");
        return _totals[index];
    }

    /// <summary>All that was counted in the newest buckets that cover the window, whichever it is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or longer than the span.</exception>
    public Tally Sum(TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        var length = _grid.Count(window);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _span, nameof(window));
        if (_newest is not { } newest) return Tally.Empty;

        var sum = Tally.Empty;
        foreach (var tally in _buckets.Tallies(newest - length + 1, newest + 1)) sum += tally;
        return sum;
    }

    /// <summary>What one bucket holds; empty where nothing was heard of it, or it is too old.</summary>
    public Tally At(long bucket) => _buckets.At(bucket);

    /// <summary>Reports in equal steps on their own grid, oldest first; the last step is the one that <paramref name="now"/> is in, as far as it has grown.</summary>
    /// <param name="step">A multiple of the bucket that divides a day.</param>
    public long[] Steps(DateTimeOffset now, TimeSpan step, int steps)
    {
        var grid = new BucketGrid(step);
        var first = grid.IndexOf(now) - steps + 1;
        var reports = new long[steps];
        foreach (var (bucket, tally) in Between(_grid.IndexOf(grid.StartOf(first)), _grid.IndexOf(grid.EndOf(first + steps - 1))))
            reports[grid.IndexOf(_grid.StartOf(bucket)) - first] += tally.Reports;
        return reports;
    }

    /// <summary>The buckets with something in them, oldest first, early ones too; a copy, so the window may slide meanwhile.</summary>
    public IEnumerable<KeyValuePair<long, Tally>> Between(long fromBucket, long toBucketExclusive) =>
        _buckets.Copy(fromBucket, toBucketExclusive);

    private long Slide(DateTimeOffset now)
    {
        var current = _grid.IndexOf(now);
        if (_newest is not { } newest)
        {
            _newest = current;
            return current;
        }

        if (current <= newest) return newest;

        for (var i = 0; i < _totals.Length; i++)
        {
            var (left, entered) = (newest - _lengths[i] + 1, current - _lengths[i] + 1);
            _totals[i] += Count(Math.Max(newest + 1, entered), current + 1) - Count(left, Math.Min(entered, newest + 1));
        }

        _buckets.ForgetBefore(current - _span + 1);
        _newest = current;
        return current;
    }

    private long Count(long from, long toExclusive)
    {
        long reports = 0;
        foreach (var tally in _buckets.Tallies(from, toExclusive)) reports += tally.Reports;
        return reports;
    }
}
