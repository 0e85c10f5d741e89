using System.Collections.Concurrent;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>Turns an address into a pseudonym with a random key that lives for a day, is shared by all servers through the store and is deleted after 48 hours.</summary>
/// <remarks>Pseudonymised, not anonymous: while the key lives, who holds it can test an address. No address is ever stored.</remarks>
public sealed class ReporterKeys(StoreConnection connection)
{
    private const long SecondsPerDay = 86_400;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(48);

    private readonly StoreKeys _names = new(connection.Prefix);
    private readonly ConcurrentDictionary<long, byte[]> _keys = new();

    /// <summary>The key of the day; made by whichever server asks first.</summary>
    /// <exception cref="RedisException">The store is out of reach.</exception>
    public async ValueTask<byte[]> Of(DateTimeOffset at)
    {
        var day = DayOf(at);
        if (_keys.TryGetValue(day, out var known)) return known;

        var name = _names.ReporterKey(day);
        await connection.Reports.StringSetAsync(name, RandomNumberGenerator.GetBytes(32), Kept, when: When.NotExists);
        var key = (byte[])(await connection.Reports.StringGetAsync(name))!;
        foreach (var old in _keys.Keys.Where(old => old < day - 1)) _keys.TryRemove(old, out _);
        return _keys[day] = key;
    }

    /// <summary>The keys for a dedup window and for the one before: one and the same, but in the first window of a day.</summary>
    /// <exception cref="RedisException">The store is out of reach.</exception>
    public ValueTask<WindowKeys> Around(DateTimeOffset at, TimeSpan window)
    {
        var begun = WindowOf(at, window);
        var before = begun - window;
        return _keys.TryGetValue(DayOf(begun), out var now) && _keys.TryGetValue(DayOf(before), out var earlier)
            ? new(new WindowKeys(now, earlier))
            : Ask();

        async ValueTask<WindowKeys> Ask() => new(await Of(begun), await Of(before));
    }

    /// <summary>The keys of all days of a span.</summary>
    /// <exception cref="RedisException">The store is out of reach.</exception>
    public async Task<DayKeys> Between(DateTimeOffset from, DateTimeOffset to)
    {
        var keys = new Dictionary<long, byte[]>();
        for (var day = DayOf(to); day >= DayOf(from); day--) keys[day] = await Of(DateTimeOffset.FromUnixTimeSeconds(day * SecondsPerDay));
        return new(keys);
    }

    // A key is scheduled once per thread, not once per report.
    [ThreadStatic]
    private static (byte[] Key, HMACSHA256 Hash)? _scheduled;

    /// <summary>The pseudonym of a text under a key: 72 bits, as 12 characters. Of ten million reporters of one service and window two are taken for one once in 100 million times.</summary>
    public static string Pseudonym(byte[] key, ReadOnlySpan<byte> text)
    {
        if (_scheduled is not { } scheduled || !ReferenceEquals(scheduled.Key, key)) _scheduled = scheduled = (key, new(key));
        Span<byte> hash = stackalloc byte[32];
        scheduled.Hash.TryComputeHash(text, hash, out _);
        return Convert.ToBase64String(hash[..9]);
    }

    internal static long DayOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / SecondsPerDay;

    internal static DateTimeOffset WindowOf(DateTimeOffset at, TimeSpan window) =>
        DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds() / (long)window.TotalSeconds * (long)window.TotalSeconds);
}

/// <summary>The keys of some days, for who has much to read and cannot wait in between.</summary>
public sealed class DayKeys(IReadOnlyDictionary<long, byte[]> keys)
{
    /// <summary>The keys for a dedup window and for the one before; null where their day is not among these.</summary>
    public WindowKeys? Around(DateTimeOffset at, TimeSpan window)
    {
        var begun = ReporterKeys.WindowOf(at, window);
        return keys.TryGetValue(ReporterKeys.DayOf(begun), out var now) && keys.TryGetValue(ReporterKeys.DayOf(begun - window), out var before) ? new(now, before) : null;
    }
}

/// <summary>The keys of a dedup window and of the one before, so that a retry over midnight is known for what it is.</summary>
public readonly record struct WindowKeys(byte[] Now, byte[] Before)
{
    public string Pseudonym(ReadOnlySpan<byte> text) => ReporterKeys.Pseudonym(Now, text);

    /// <summary>What the text was called in the window before; null where it was the same.</summary>
    public string? PseudonymBefore(ReadOnlySpan<byte> text) => ReferenceEquals(Now, Before) ? null : ReporterKeys.Pseudonym(Before, text);
}
