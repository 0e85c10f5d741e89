using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Aggregator.Server;

/// <summary>How many wrong operator keys an address may try, at the API and at the sign-in page together.</summary>
/// <remarks>
/// Whoever has tried too many is not told about any key, not about a right one either. The same wrong key counts once in a window:
/// a job that was forgotten when the key was changed guesses nothing, and locks nobody out who shares its address.
/// The page also minds the network, which has people behind it; to the API programs bring reports, and a neighbour must not keep them from it.
/// </remarks>
internal sealed class KeyAttempts(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly RateSketch _addresses = new(10, Window, clock);
    private readonly RateSketch _networks = new(50, Window, clock);
    private readonly RateSketch _tried = new(1, Window, clock);

    /// <returns>Zero for who may try; otherwise how long to wait.</returns>
    public TimeSpan WaitOf(HttpContext http) => _addresses.WaitOf(AddressOf(http));

    /// <summary>The same at the sign-in page.</summary>
    public TimeSpan WaitAtThePage(HttpContext http) => WaitOf(http) is { Ticks: > 0 } wait ? wait : _networks.WaitOf(NetworkOf(http));

    /// <summary>Counts a key that was wrong.</summary>
    /// <returns>As <see cref="WaitOf"/>: others may have used up the window since that was asked.</returns>
    public TimeSpan Wrong(HttpContext http, string key)
    {
        var address = AddressOf(http);
        if (_addresses.WaitOf(address) is { Ticks: > 0 } wait) return wait;
        if (_tried.Take(NumberOf(address, key)) > TimeSpan.Zero) return TimeSpan.Zero;

        _networks.Take(NetworkOf(http));
        return _addresses.Take(address);
    }

    private static ulong AddressOf(HttpContext http) => AddressPrefix.Of(http.Connection.RemoteIpAddress ?? IPAddress.None, 32, 64);

    private static ulong NetworkOf(HttpContext http) => AddressPrefix.Of(http.Connection.RemoteIpAddress ?? IPAddress.None, 24, 48);

    // A hash that nobody finds collisions of: keys that were taken for one would be guessed for the price of one.
    private static ulong NumberOf(ulong address, string key) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{address} {key}")));
}
