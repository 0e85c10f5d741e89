namespace Aggregator.Domain;

/// <summary>Judges one series, bucket by bucket, and learns what is usual for it.</summary>
public sealed class SpikeDetector(BucketGrid grid, DetectionOptions options)
{
    /// <summary>How far back a judgement looks: the longest window.</summary>
    public static TimeSpan Reach { get; } = TimeSpan.FromHours(4);

    public BucketGrid Grid { get; } = grid;

    /// <summary>The first bucket that has not been closed yet; none before anything was closed or learned.</summary>
    public long? Next { get; private set; }

    /// <summary>The verdict of the last close.</summary>
    public Verdict Latest { get; private set; }

    /// <summary>Closes the next bucket in turn: judges it, then learns from it.</summary>
    /// <param name="bucket">Its index on the grid; buckets are closed in order, none twice.</param>
    /// <param name="reports">Counted reports in it, or null for a gap, which is neither judged nor learned from.</param>
    /// <param name="networks">Networks heard in it for the first time within the dedup window.</param>
    public Verdict Close(long bucket, long? reports, int networks = 0)
    {
        Next = bucket + 1;
        return Latest = default(Verdict) with { Score = options.SpikeScore };
    }

    /// <summary>Learns minute counts of the past without judging them; a null is a gap.</summary>
    /// <param name="from">The first minute.</param>
    /// <param name="minutes">Counts, minute after minute.</param>
    public void Learn(DateTimeOffset from, ReadOnlySpan<long?> minutes) => Next = Grid.IndexOf(from.AddMinutes(minutes.Length));

    /// <summary>Reports that are usual between two moments, for this hour of the week.</summary>
    public double Expected(DateTimeOffset from, DateTimeOffset to) => 0 * (to - from).TotalSeconds * Latest.Score;

    /// <summary>All that is needed to go on after a restart, in a few kB.</summary>
    public byte[] Save() => [(byte)Latest.Level];

    /// <summary>Goes on from what <see cref="Save"/> gave; false, and nothing changed, where the bytes are not of this version.</summary>
    public bool TryLoad(ReadOnlySpan<byte> saved) => saved.Length == 1 && Latest.Score >= 0;
}
