using System.Net;
using System.Text;
using Aggregator.Grains;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>Who is at the door: a pseudonym for the reporter and one for the network, never an address.</summary>
/// <remarks>
/// Somebody without an address (see <see cref="ClientAddress"/>) is no particular reporter: all of them are one network. So they are
/// not duplicates of each other, an outage among them is seen, and they count no more than the share of a network.
/// </remarks>
internal sealed class ReporterGate(ReporterKeys keys, IOptions<ReportOptions> options)
{
    private const int LongestService = 64;
    private const int LongestAddress = 16;

    /// <summary>The reporter is told by service, address (IPv6: its /64) and kind of device; the network by service and /24 or /48.</summary>
    public async ValueTask<Report> Identify(Report report, HttpContext http)
    {
        var names = await keys.Around(report.At, options.Value.DedupWindow);
        return Name(report, http.Connection.RemoteIpAddress, DeviceOf(http.Request.Headers.UserAgent.ToString()), names);
    }

    private static Report Name(in Report report, IPAddress? address, Device device, in WindowKeys names)
    {
        Span<byte> text = stackalloc byte[LongestService + 2 + LongestAddress];
        var length = Encoding.ASCII.GetBytes(report.Series.Service.Value, text);
        text[length++] = (byte)' ';
        var kind = length++;

        text[kind] = (byte)Device.Network;
        var network = names.Pseudonym(text[..(length + WriteAddress(address ?? IPAddress.None, 24, 48, text[length..]))]);
        if (address is null) return report with { Network = network };

        text[kind] = (byte)device;
        var reporter = text[..(length + WriteAddress(address, 32, 64, text[length..]))];
        return report with { Reporter = names.Pseudonym(reporter), ReporterBefore = names.PseudonymBefore(reporter), Network = network };
    }

    /// <summary>The first bits of an address; an IPv4 address inside an IPv6 one is an IPv4 address.</summary>
    /// <returns>How many bytes were written: those of the whole address, the last ones 0.</returns>
    private static int WriteAddress(IPAddress address, int bits4, int bits6, Span<byte> to)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        address.TryWriteBytes(to, out var length);
        to[((length == 4 ? bits4 : bits6) / 8)..length].Clear();
        return length;
    }

    /// <summary>A few kinds only: enough to tell a phone from the computer beside it, too few to follow anybody.</summary>
    private static Device DeviceOf(string userAgent) =>
        userAgent.Contains("iPhone", StringComparison.Ordinal) || userAgent.Contains("iPad", StringComparison.Ordinal) ? Device.Ios
        : userAgent.Contains("Android", StringComparison.Ordinal) ? Device.Android
        : userAgent.Contains("Windows", StringComparison.Ordinal) ? Device.Windows
        : userAgent.Contains("Macintosh", StringComparison.Ordinal) ? Device.Mac
        : userAgent.Contains("Linux", StringComparison.Ordinal) ? Device.Linux
        : Device.Other;

    private enum Device : byte
    {
        Other,
        Ios,
        Android,
        Windows,
        Mac,
        Linux,

        /// <summary>No device: a whole network.</summary>
        Network,
    }
}
