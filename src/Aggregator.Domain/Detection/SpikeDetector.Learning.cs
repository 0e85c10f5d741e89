namespace Aggregator.Domain;

public sealed partial class SpikeDetector
{
    // After so long out of sight the rest of the way is leapt: hardly anything would be left to forget.
    private const int LongestWayDays = 60;

    private const byte Version = 1;

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

    /// <summary>All that is needed to go on after a restart, in a few kB.</summary>
    public byte[] Save()
    {
        using var bytes = new MemoryStream(8192);
        using var to = new BinaryWriter(bytes);
        to.Write(Version);
        to.Write((int)Grid.Length.TotalSeconds);
        to.Write(Next ?? long.MinValue);
        to.Write(_step ?? long.MinValue);
        to.Write(_stepReports);
        to.Write(_stepSeen);
        to.Write(_gaps);
        to.Write(_open);
        to.Write(_spike);
        to.Write(_unrestAt);
        to.Write(_onset.UtcTicks);
        to.Write((byte)Latest.Level);
        to.Write((byte)Latest.Reason);
        to.Write(Latest.Observed);
        to.Write(Latest.Expected);
        to.Write(Latest.Window.Ticks);
        to.Write(Latest.Score);
        to.Write(Latest.Since.UtcTicks);
        _baseline.Save(to);
        _windows.Save(to);
        return bytes.ToArray();
    }

    /// <summary>Goes on from what <see cref="Save"/> gave; false, and nothing changed, where the bytes are not of this version.</summary>
    public bool TryLoad(ReadOnlySpan<byte> saved)
    {
        var loaded = new SpikeDetector(Grid, _options);
        try
        {
            using var bytes = new MemoryStream(saved.ToArray(), writable: false);
            using var from = new BinaryReader(bytes);
            if (from.ReadByte() != Version || from.ReadInt32() != (int)Grid.Length.TotalSeconds) return false;
            loaded.Read(from);
            if (bytes.Position != bytes.Length) return false;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or OverflowException)
        {
            return false;
        }

        Take(loaded);
        return true;
    }

    private void Read(BinaryReader from)
    {
        Next = from.ReadInt64() is var next && next == long.MinValue ? null : next;
        _step = from.ReadInt64() is var step && step == long.MinValue ? null : step;
        _stepReports = from.ReadDouble();
        _stepSeen = from.ReadInt64();
        _gaps = from.ReadInt64();
        _open = from.ReadBoolean();
        _spike = from.ReadBoolean();
        _unrestAt = from.ReadInt64();
        _onset = new(from.ReadInt64(), TimeSpan.Zero);
        Latest = new(
            (Level)from.ReadByte(), (VerdictReason)from.ReadByte(), from.ReadDouble(), from.ReadDouble(),
            new(from.ReadInt64()), from.ReadDouble(), new(from.ReadInt64(), TimeSpan.Zero));
        _baseline.Load(from);
        _windows.Load(from);
    }

    private void Take(SpikeDetector other)
    {
        (Next, Latest, _baseline, _windows) = (other.Next, other.Latest, other._baseline, other._windows);
        (_step, _stepReports, _stepSeen, _gaps) = (other._step, other._stepReports, other._stepSeen, other._gaps);
        (_open, _spike, _unrestAt, _onset) = (other._open, other._spike, other._unrestAt, other._onset);
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
                _baseline.Begin(unseen);
                _baseline.End(unseen, reports: 0, seen: 0);
            }
        }

        _baseline.Begin(step);
        (_step, _stepReports, _stepSeen) = (step, 0, 0);
    }

    private static long CeilingMinute(DateTimeOffset at) =>
        BucketGrid.Minute.IndexOf(at.AddTicks(TimeSpan.TicksPerMinute - 1));
}
