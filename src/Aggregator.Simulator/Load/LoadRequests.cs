using System.Buffers.Text;
using System.Text;

namespace Aggregator.Simulator;

/// <summary>Writes the requests of a load, each as the bytes of HTTP/1.1. The same seed and number give the same request.</summary>
internal sealed class LoadRequests
{
    /// <summary>No request is longer than this, with keys as long as they may be.</summary>
    public const int MostBytes = 1024;

    private readonly byte[][] _heads, _bodies;
    private readonly ulong _reporters, _seed;

    public LoadRequests(Uri url, IReadOnlyList<string> services, IReadOnlyList<string> regions, LoadOptions options)
    {
        var path = url.AbsolutePath.TrimEnd('/');
        _heads = [.. services.Select(service => Encoding.ASCII.GetBytes(
            $"POST {path}/v1/services/{service}/reports HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: application/json\r\nX-Forwarded-For: "))];
        _bodies = [.. regions.Select(region => $$"""{"region":"{{region}}"}""").Select(body => Encoding.ASCII.GetBytes($"\r\nContent-Length: {body.Length}\r\n\r\n{body}"))];
        (_reporters, _seed) = ((ulong)options.Reporters, Dice.Mix((ulong)options.Seed));
    }

    /// <returns>How many bytes were written.</returns>
    public int Write(long number, Span<byte> into)
    {
        var draw = Dice.Mix(unchecked(_seed + (ulong)number * 0x9E3779B97F4A7C15));
        var head = _heads[(int)((draw >> 32) * (ulong)_heads.Length >> 32)];
        var body = _bodies[(int)((draw & 0xFFFF_FFFF) * (ulong)_bodies.Length >> 32)];

        head.CopyTo(into);
        var length = head.Length + WriteAddress(AddressOf(number), into[head.Length..]);
        body.CopyTo(into[length..]);
        return length + body.Length;
    }

    // An odd factor makes no two numbers below 2^32 the same, and neighbours strangers: hardly two reporters share a network.
    private uint AddressOf(long number) => unchecked((uint)((ulong)number % _reporters) * 0x9E3779B1 + (uint)_seed);

    private static int WriteAddress(uint address, Span<byte> into)
    {
        var length = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            Utf8Formatter.TryFormat((byte)(address >> shift), into[length..], out var digits);
            length += digits;
            if (shift > 0) into[length++] = (byte)'.';
        }

        return length;
    }
}
