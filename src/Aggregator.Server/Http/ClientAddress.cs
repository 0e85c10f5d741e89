using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Aggregator.Server;

/// <summary>Finds the client behind the proxies: afterwards the connection has its address and the request its scheme.</summary>
/// <remarks>
/// Each proxy appends the peer it saw, so the list is walked from the right for as long as the address is a known proxy's; everything left of
/// the first other address is hearsay. If a known proxy names nobody, the connection has no address, so that those behind it are not taken for
/// one person. If a proxy is not known, its headers are not believed, the region header included, and <see cref="ProxyWatch"/> says so.
/// </remarks>
internal sealed class ClientAddress
{
    private const string Forwarded = "Forwarded", ForwardedFor = "X-Forwarded-For", ForwardedProto = "X-Forwarded-Proto";

    /// <summary>Headers that name a client and are not read here: anybody can send them through a proxy that does not know them.</summary>
    private static readonly string[] Others = ["CF-Connecting-IP", "True-Client-IP", "X-Real-IP"];

    /// <summary>Addresses from which nobody comes over the internet: loopback, private, shared and link-local ones.</summary>
    private static readonly NetworkList Inside =
        new(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"]);

    private readonly NetworkList _proxies;
    private readonly bool _namesNoProxy;
    private readonly ProxyWatch _watch;
    private readonly string? _region;
    private readonly string[] _written;

    public ClientAddress(IOptions<ForwardedOptions> forwarded, IOptions<RegionOptions> regions, ProxyWatch watch)
    {
        (_proxies, _watch, _namesNoProxy) = (new(forwarded.Value.KnownNetworks), watch, forwarded.Value.KnownNetworks.Length == 0);
        _region = regions.Value.Header is { Length: > 0 } header ? header : null;
        _written = [ForwardedFor, Forwarded, .. Others, ForwardedProto, .. _region is null ? Array.Empty<string>() : [_region]];
    }

    public void Find(HttpContext http)
    {
        if (_proxies.Contains(http.Connection.RemoteIpAddress)) Believe(http);
        else Distrust(http.Request.Headers, http.Connection.RemoteIpAddress);
    }

    private void Distrust(IHeaderDictionary headers, IPAddress? peer)
    {
        if (Sent(headers, _written) is not { } header) return;

        _watch.Saw(ProxyFault.Undeclared, header);
        // Whoever sets a region header and names no proxy has one on this machine.
        if (_region is not null && !(_namesNoProxy && peer is not null && IPAddress.IsLoopback(peer))) headers.Remove(_region);
    }

    private void Believe(HttpContext http)
    {
        var (headers, connection) = (http.Request.Headers, http.Connection);
        var header = Sent(headers, [ForwardedFor, Forwarded]);
        var hops = header is null ? 0 : Walk(connection, header, headers[header]);

        SetScheme(http.Request, header, Math.Max(1, hops));
        if (hops == 0) NobodyNamed(http, header ?? Sent(headers, Others));
        else if (HidesAnotherProxy(headers, header!, hops, connection.RemoteIpAddress!) is { } telling) _watch.Saw(ProxyFault.Undeclared, telling);
    }

    /// <returns>How many entries were believed; 0 if a known proxy named nobody.</returns>
    private int Walk(ConnectionInfo connection, string header, StringValues lines)
    {
        var hops = 0;
        foreach (var entry in new FromTheRight(lines))
        {
            if (!ForwardedNode.TryParse(header == Forwarded ? ForwardedElement.ValueOf(entry, "for") : entry, out var address)) return 0;

            hops++;
            (connection.RemoteIpAddress, connection.RemotePort) = (address, 0);
            if (!_proxies.Contains(address)) break;
        }

        return hops;
    }

    private void NobodyNamed(HttpContext http, string? header)
    {
        if (header is not null)
        {
            http.Connection.RemoteIpAddress = null;
            _watch.Saw(ProxyFault.NotUnderstood, header);
            return;
        }

        // Probes, scrapes and programs with a key come straight from the proxies' networks; what people send does not.
        if (HttpMethods.IsPost(http.Request.Method) && StringValues.IsNullOrEmpty(http.Request.Headers.Authorization)) _watch.Saw(ProxyFault.NotForwarded, ForwardedFor);
    }

    /// <summary>The scheme that the outermost of the believed proxies was asked with.</summary>
    private static void SetScheme(HttpRequest request, string? header, int hops)
    {
        var ofElements = header == Forwarded && StringValues.IsNullOrEmpty(request.Headers[ForwardedProto]);
        ReadOnlySpan<char> scheme = [];
        foreach (var entry in new FromTheRight(request.Headers[ofElements ? Forwarded : ForwardedProto]))
        {
            scheme = ofElements ? ForwardedElement.ValueOf(entry, "proto") : entry.Trim('"');
            if (--hops == 0) break;
        }

        if (scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase)) request.Scheme = Uri.UriSchemeHttps;
        else if (scheme.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase)) request.Scheme = Uri.UriSchemeHttp;
    }

    /// <summary>The header that tells that the client is a proxy too; null if none does.</summary>
    /// <remarks>A client may well have a proxy of its own, but not at a private address, and not one that our proxy knows the client of.</remarks>
    private static string? HidesAnotherProxy(IHeaderDictionary headers, string header, int hops, IPAddress client)
    {
        var entries = 0;
        foreach (var _ in new FromTheRight(headers[header])) entries++;
        if (entries == hops) return null;
        if (Inside.Contains(client)) return header;

        foreach (var other in Others)
        {
            if (ForwardedNode.TryParse(headers[other].ToString(), out var named) && !named.Equals(client)) return other;
        }

        return null;
    }

    /// <summary>The first of some headers that holds anything.</summary>
    private static string? Sent(IHeaderDictionary headers, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (headers.TryGetValue(name, out var lines) && new FromTheRight(lines).MoveNext()) return name;
        }

        return null;
    }
}
