using System.Net;
using System.Net.Sockets;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Who is at the door: a pseudonym for the reporter and one for the network, never an address.</summary>
internal sealed class ReporterGate(ReporterKeys keys, TimeProvider clock)
{
    /// <summary>The reporter is told by service, address (IPv6: its /64) and kind of device; the network by service and /24 or /48.</summary>
    public async ValueTask<(string Reporter, string Network)> Identify(HttpContext http, ServiceKey service)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        var key = await keys.Of(clock.GetUtcNow());
        var device = DeviceOf(http.Request.Headers.UserAgent.ToString());
        return (
            ReporterKeys.Pseudonym(key, $"{service} {Prefix(address, 32, 64)} {device}"),
            ReporterKeys.Pseudonym(key, $"{service} {Prefix(address, 24, 48)}"));
    }

    /// <summary>The first bits of an address, as text; an IPv4 address inside an IPv6 one is an IPv4 address.</summary>
    public static string Prefix(IPAddress address, int bits4, int bits6)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? bits4 : bits6;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(bits / 8).Clear();
        return $"{new IPAddress(bytes)}/{bits}";
    }

    /// <summary>A few kinds only: enough to tell a phone from the computer beside it, too few to follow anybody.</summary>
    private static string DeviceOf(string userAgent) =>
        userAgent.Contains("iPhone", StringComparison.Ordinal) || userAgent.Contains("iPad", StringComparison.Ordinal) ? "ios"
        : userAgent.Contains("Android", StringComparison.Ordinal) ? "android"
        : userAgent.Contains("Windows", StringComparison.Ordinal) ? "windows"
        : userAgent.Contains("Macintosh", StringComparison.Ordinal) ? "mac"
        : userAgent.Contains("Linux", StringComparison.Ordinal) ? "linux"
        : "other";
}
