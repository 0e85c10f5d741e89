using System.Collections.Concurrent;
using Aggregator.Domain;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>Whether reports could be made in a bucket.</summary>
public enum Sight
{
    /// <summary>Some server was open for reports: no report means nobody reported.</summary>
    Open,

    /// <summary>No server was open: a gap, not a zero.</summary>
    Gap,

    /// <summary>The store cannot be asked.</summary>
    Blind,
}

/// <summary>The marks that servers leave in each bucket in which they accept reports, so that silence can be told from blindness.</summary>
/// <remarks>One bit per 10-second bucket; a day is about 1 kB. Each silo reads a bucket once, however many regions ask.</remarks>
public sealed class OpenMarks(StoreConnection connection, TimeProvider clock)
{
    private static readonly BucketGrid Grid = BucketGrid.TenSeconds;

    private readonly StoreKeys _names = new(connection.Prefix);
    private readonly ConcurrentDictionary<long, Lazy<Task<byte[]?>>> _days = new();
    private volatile Tuple<long, Task<Sight>>? _latest;

    /// <summary>Says that this server accepts reports in a bucket.</summary>
    public async Task Mark(long bucket)
    {
        var (day, bit) = Math.DivRem(bucket, Grid.PerDay);
        var key = _names.Open(day);
        await connection.Shared.StringSetBitAsync(key, bit, true);
        if (bit < 2 || bucket % 360 == 0) await connection.Shared.KeyExpireAsync(key, ReportStore.MinutesKept);
        await connection.Settle();
    }

    /// <summary>Whether a bucket that has just closed was open; asked of the store once per bucket and silo.</summary>
    public Task<Sight> Of(long bucket)
    {
        if (_latest is { } latest && latest.Item1 == bucket) return latest.Item2;
        var asked = Ask(bucket);
        _latest = Tuple.Create(bucket, asked);
        return asked;
    }

    /// <summary>The marks of the past, day by day, for catching up; a day that is over is read once.</summary>
    /// <exception cref="RedisException">The store is out of reach.</exception>
    public async Task<OpenHistory> History(long fromBucket, long toBucket)
    {
        var (first, last) = (fromBucket / Grid.PerDay, (toBucket - 1) / Grid.PerDay);
        var today = Grid.IndexOf(clock.GetUtcNow()) / Grid.PerDay;
        var days = new Dictionary<long, byte[]>();
        foreach (var (gone, _) in _days.Where(day => day.Key < today - 46)) _days.TryRemove(gone, out _);
        for (var day = first; day <= last; day++)
        {
            // Today's marks still grow; a day that ended a minute ago no longer does.
            var bits = day >= today
                ? await Read(day)
                : await _days.GetOrAdd(day, d => new(() => Read(d))).Value;
            if (bits is not null) days[day] = bits;
        }

        return new(days);
    }

    private async Task<Sight> Ask(long bucket)
    {
        var (day, bit) = Math.DivRem(bucket, Grid.PerDay);
        try
        {
            return await connection.Shared.StringGetBitAsync(_names.Open(day), bit) ? Sight.Open : Sight.Gap;
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return Sight.Blind;
        }
    }

    private async Task<byte[]?> Read(long day)
    {
        try
        {
            return await connection.Shared.StringGetAsync(_names.Open(day));
        }
        catch
        {
            _days.TryRemove(day, out _);
            throw;
        }
    }
}

/// <summary>Which buckets of the past were open.</summary>
public sealed class OpenHistory(IReadOnlyDictionary<long, byte[]> days)
{
    public bool IsOpen(long bucket)
    {
        var (day, bit) = Math.DivRem(bucket, BucketGrid.TenSeconds.PerDay);
        return days.TryGetValue(day, out var bits) && bit / 8 < bits.Length && (bits[bit / 8] & (0x80 >> (int)(bit % 8))) != 0;
    }

    /// <summary>A minute was open when any of its buckets was.</summary>
    public bool IsMinuteOpen(long minute)
    {
        for (var bucket = minute * 6; bucket < minute * 6 + 6; bucket++)
        {
            if (IsOpen(bucket)) return true;
        }

        return false;
    }
}
