namespace Aggregator.Domain;

public sealed partial class SpikeDetector
{
    // After so long out of sight the rest of the way is leapt: hardly anything would be left to forget.
    private const int LongestWayDays = 60;

    /// <summary>Learns minute counts of the past without judging them; a null is a gap. Minutes before <see cref="Next"/> are skipped.</summary>
    /// <remarks>Only whole buckets are learned. Afterwards the windows are empty: what was learned is no evidence of a spike.</remarks>
    /// <param name="from">The first minute.</param>
    /// <param name="minutes">Counts, minute after minute.</param>
    public void Learn(DateTimeOffset from, ReadOnlySpan<long?> minutes)
    {
        var minute = BucketGrid.Minute.IndexOf(from);
        var end = minute + minutes.Length;
        var first = Next is { } next ? CeilingMinute(Grid.StartOf(next)) : minute;
        first = Math.Max(minute, first);
        var perMinute = Math.Max(1, TimeSpan.TicksPerMinute / Grid.Length.Ticks);
        var perBucket = Math.Max(1, Grid.Length.Ticks / TimeSpan.TicksPerMinute);
        // A coarse bucket is learned as a whole or not at all.
        first = -Floored.Div(-first, perBucket) * perBucket;
        end = Floored.Div(end, perBucket) * perBucket;
        if (first >= end) return;

        for (var at = first; at < end; at += perBucket)
        {
            var bucket = Grid.IndexOf(BucketGrid.Minute.StartOf(at));
            Enter(Floored.Div(bucket, _perStep));
            long reports = 0;
            var whole = true;
            for (var i = at; i < at + perBucket; i++)
            {
                if (minutes[(int)(i - minute)] is { } count) reports += Math.Clamp(count, 0, MostReports);
                else whole = false;
            }

            if (!whole) continue;
            _stepReports += reports;
            _stepSeen += perMinute;
        }

        Next = Grid.IndexOf(BucketGrid.Minute.StartOf(end));
        _windows.ForgetThrough(Next.Value - 1);
        _unrestAt = _windows.SlotOf(Next.Value - 1);
        _gaps = 0;
    }

    /// <summary>After learning anew: what the earlier detector had open goes on, and what it had not is not opened by old evidence.</summary>
    public void GoOnFrom(SpikeDetector earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (Next is { } next && ((_open && !earlier._open) || (_spike && !earlier._spike))) _windows.ForgetThrough(next - 1);
        (_open, _spike, _unrestAt, _spikeSince) = (earlier._open, earlier._spike, earlier._unrestAt, earlier._spikeSince);
        (_opened, _before, _onset, _surest) = (earlier._opened, earlier._before, earlier._onset, earlier._surest);
        (_recovery, _newUsualThrough) = (earlier._recovery, earlier._newUsualThrough);

        // The next close says it anew; until then the level stays as it was told.
        Latest = Latest.Level == earlier.Latest.Level ? Latest with { Since = earlier.Latest.Since } : earlier.Latest;
        if (Latest.Reason == VerdictReason.NoBaselineYet && !_baseline.IsCold)
        {
            Latest = Latest with
            {
                Reason = Latest.Level switch { Level.Spike => VerdictReason.FarAboveUsual, Level.Elevated => VerdictReason.AboveUsual, _ => VerdictReason.AsUsual },
            };
        }
    }

    // Ends the step under way, goes through those that nobody saw, and begins this one.
    private void Enter(long step)
    {
        if (step == _step) return;
        if (_step is { } last)
        {
            _baseline.End(last, _stepReports, (double)_stepSeen / _perStep);
            var longest = (long)LongestWayDays * Grid.PerDay / _perStep;
            for (var unseen = Math.Max(last + 1, step - longest); unseen < step; unseen++)
            {
                _baseline.Begin(unseen, _spike);
                _baseline.End(unseen, reports: 0, seen: 0);
            }
        }

        _baseline.Begin(step, _spike);
        (_step, _stepReports, _stepSeen) = (step, 0, 0);
    }

    private static long CeilingMinute(DateTimeOffset at) =>
        BucketGrid.Minute.IndexOf(at.AddTicks(TimeSpan.TicksPerMinute - 1));
}
