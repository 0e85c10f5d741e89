namespace Aggregator.Domain;

/// <summary>Cuts time into equal buckets that begin at midnight UTC, so that buckets of different regions and servers can be added.</summary>
/// <remarks>A bucket is known by its index: the number of whole buckets since 1970-01-01T00:00Z (negative before).</remarks>
public readonly record struct BucketGrid
{
    /// <param name="length">The length of a bucket: whole seconds that divide a day.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length does not divide a day into whole seconds.</exception>
    public BucketGrid(TimeSpan length)
    {
        if (length < TimeSpan.FromSeconds(1) || length.Ticks % TimeSpan.TicksPerSecond != 0 || TimeSpan.TicksPerDay % length.Ticks != 0)
            throw new ArgumentOutOfRangeException(nameof(length), length, "A bucket is a whole number of seconds that divides a day.");
        Length = length;
    }

    public TimeSpan Length { get; }

    /// <summary>The grid that reports are counted on: 10 seconds.</summary>
    public static BucketGrid TenSeconds { get; } = new(TimeSpan.FromSeconds(10));

    /// <summary>The grid that counts are kept on for weeks: one minute.</summary>
    public static BucketGrid Minute { get; } = new(TimeSpan.FromMinutes(1));

    public int PerDay => (int)(TimeSpan.TicksPerDay / Length.Ticks);

    /// <summary>The index of the bucket that holds the moment.</summary>
    public long IndexOf(DateTimeOffset at) => FloorDiv(at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks, Length.Ticks);

    public DateTimeOffset StartOf(long index) => DateTimeOffset.UnixEpoch.AddTicks(index * Length.Ticks);

    public DateTimeOffset EndOf(long index) => StartOf(index + 1);

    /// <summary>How many buckets a span covers, rounded up.</summary>
    public int Count(TimeSpan span) => (int)((span.Ticks + Length.Ticks - 1) / Length.Ticks);

    private static long FloorDiv(long value, long by) => value >= 0 ? value / by : -((-value + by - 1) / by);
}
