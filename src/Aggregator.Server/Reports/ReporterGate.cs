using System.Net;
using System.Net.Sockets;
using Aggregator.Grains;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>Who is at the door: a pseudonym for the reporter and one for the network, never an address.</summary>
internal sealed class ReporterGate(ReporterKeys keys, IOptions<ReportOptions> options)
{
    /// <summary>The reporter is told by service, address (IPv6: its /64) and kind of device; the network by service and /24 or /48.</summary>
    public async ValueTask<Report> Identify(Report report, HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        var service = report.Series.Service;
        var names = await keys.Around(report.At, options.Value.DedupWindow);
        var device = DeviceOf(http.Request.Headers.UserAgent.ToString());
        var reporter = $"{service} {Prefix(address, 32, 64)} {device}";
        return report with
        {
            Reporter = names.Pseudonym(reporter),
            ReporterBefore = names.PseudonymBefore(reporter),
            Network = names.Pseudonym($"{service} {Prefix(address, 24, 48)}"),
        };
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
