using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aggregator.Server;

/// <summary>An address as proxies write it: with or without a port, brackets, quotes or a zone, or as IPv4 inside IPv6.</summary>
/// <remarks>
/// The framework's parser does not read <c>::ffff:198.51.100.7:5000</c>, which dual-stack proxies write, and reads <c>12345</c> as 0.0.48.57.
/// What names nobody (<c>unknown</c>, <c>_hidden</c>, an unspecified address) is not an address.
/// </remarks>
internal static class ForwardedNode
{
    private const int DotsOfIPv4 = 3;
    private static readonly SearchValues<char> DigitsAndDots = SearchValues.Create("0123456789.");

    public static bool TryParse(ReadOnlySpan<char> node, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        node = node.Trim();
        if (node is ['"', .. var quoted, '"']) node = quoted.Trim();
        if (!TryCutPort(ref node)) return false;

        var parsed = node.Contains(':') ? ParseIPv6(node) : ParseIPv4(node);
        if (parsed is null || parsed.Equals(IPAddress.Any) || parsed.Equals(IPAddress.IPv6Any)) return false;

        address = parsed;
        return true;
    }

    /// <summary>Leaves the address alone, without its brackets.</summary>
    /// <returns>False if what follows the address is no port.</returns>
    private static bool TryCutPort(ref ReadOnlySpan<char> node)
    {
        if (node is ['[', ..])
        {
            var end = node.IndexOf(']');
            if (end < 0) return false;

            var after = node[(end + 1)..];
            node = node[1..end];
            return node.Contains(':') && (after.IsEmpty || after[0] == ':' && IsPort(after[1..]));
        }

        // Without brackets a port is told from a group of an IPv6 address only if it follows an IPv4 address.
        var colon = node.LastIndexOf(':');
        if (colon < 0 || node.Count(':') > 1 && node.LastIndexOf('.') is var dot && (dot < 0 || dot > colon)) return true;

        var port = node[(colon + 1)..];
        node = node[..colon];
        return IsPort(port);
    }

    /// <summary>A number, or a name that hides it (RFC 7239).</summary>
    private static bool IsPort(ReadOnlySpan<char> port) =>
        port is ['_', _, ..] || ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static IPAddress? ParseIPv4(ReadOnlySpan<char> text) =>
        text.Count('.') == DotsOfIPv4 && !text.ContainsAnyExcept(DigitsAndDots) && !HasLeadingZero(text) && IPAddress.TryParse(text, out var address)
            ? address
            : null;

    private static IPAddress? ParseIPv6(ReadOnlySpan<char> text)
    {
        // A zone says something only on the machine that wrote it.
        if (text.IndexOf('%') is >= 0 and var zone) text = text[..zone];
        if (!IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6) return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>Such a number is octal to some readers and decimal to others.</summary>
    private static bool HasLeadingZero(ReadOnlySpan<char> text)
    {
        foreach (var part in text.Split('.'))
        {
            if (text[part] is ['0', _, ..]) return true;
        }

        return false;
    }
}
