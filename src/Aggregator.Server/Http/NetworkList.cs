using System.Net;

namespace Aggregator.Server;

/// <summary>Networks, and perhaps <c>unix:</c>, as <c>ForwardedHeaders:KnownNetworks</c> names them.</summary>
internal sealed class NetworkList
{
    private const int BitsBeforeMapped = 96;

    private readonly IPNetwork[] _networks;
    private readonly bool _unixSocket;

    /// <param name="networks">Valid, as <see cref="ForwardedOptions.Validate"/> checks them.</param>
    public NetworkList(IReadOnlyCollection<string> networks)
    {
        _unixSocket = networks.Contains(ForwardedOptions.UnixSocket);
        _networks = [.. networks.Where(network => network != ForwardedOptions.UnixSocket).Select(Parse)];
    }

    /// <param name="peer">Null over a Unix socket.</param>
    public bool Contains(IPAddress? peer)
    {
        if (peer is null) return _unixSocket;

        // A socket that listens on IPv6 and IPv4 shows IPv4 addresses as IPv6.
        if (peer.IsIPv4MappedToIPv6) peer = peer.MapToIPv4();
        foreach (var network in _networks)
        {
            if (network.Contains(peer)) return true;
        }

        return false;
    }

    private static IPNetwork Parse(string text)
    {
        var network = IPNetwork.Parse(text);
        return network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= BitsBeforeMapped
            ? new(network.BaseAddress.MapToIPv4(), network.PrefixLength - BitsBeforeMapped)
            : network;
    }
}
