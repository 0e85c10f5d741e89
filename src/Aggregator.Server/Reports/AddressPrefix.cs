using System.Buffers.Binary;
using System.Net;

namespace Aggregator.Server;

/// <summary>The first bits of an address, as a number.</summary>
internal static class AddressPrefix
{
    /// <summary>An IPv4 address stands where IPv6 has its groups of receivers, from which nobody sends.</summary>
    private const ulong V4 = 0xFF00_0000_0000_0000;

    /// <summary>An IPv4 address inside an IPv6 one is an IPv4 address.</summary>
    /// <param name="bits6">At most 64.</param>
    public static ulong Of(IPAddress address, int bits4, int bits6)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 || address.IsIPv4MappedToIPv6
            ? V4 | (BinaryPrimitives.ReadUInt32BigEndian(bytes[(length - 4)..]) & uint.MaxValue << 32 - bits4)
            : BinaryPrimitives.ReadUInt64BigEndian(bytes) & ulong.MaxValue << 64 - bits6;
    }
}
