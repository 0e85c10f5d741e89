using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Aggregator.Server.Tests;

public sealed class ClientAddressTests
{
    private const string Proxy = "10.0.0.1";
    private readonly FakeTimeProvider _clock = new();
    private readonly HeardLog<ProxyWatch> _log = new();
    private readonly ProxyWatch _watch;

    public ClientAddressTests() =>
        _watch = new(new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()), _clock, _log);

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7")]
    [InlineData("::ffff:198.51.100.7:5000", "198.51.100.7")]
    [InlineData("203.0.113.1, 198.51.100.7, 10.0.0.9", "198.51.100.7")]
    [InlineData("garbage, 198.51.100.7", "198.51.100.7")]
    [InlineData("\"garbage, 198.51.100.7", "198.51.100.7")]
    [InlineData(", 198.51.100.7,,", "198.51.100.7")]
    [InlineData("10.0.0.7", "10.0.0.7")]
    public void The_last_that_is_no_known_proxy_is_the_client(string header, string client)
    {
        Assert.Equal(client, ClientOf(Proxy, ("X-Forwarded-For", header)));
        Assert.Empty(_watch.Read());
    }

    [Theory]
    [InlineData("for=198.51.100.7", "198.51.100.7")]
    [InlineData("FOR = \"[2001:db8::1]:443\";proto=https;by=_secret", "2001:db8::1")]
    [InlineData("for=203.0.113.1, for=198.51.100.7;host=x, for=10.0.0.9", "198.51.100.7")]
    [InlineData("for=\"unclosed, for=198.51.100.7", "198.51.100.7")]
    public void The_header_of_RFC_7239_is_understood_too(string header, string client) => Assert.Equal(client, ClientOf(Proxy, ("Forwarded", header)));

    [Fact]
    public void Several_lines_are_one_list() =>
        Assert.Equal("198.51.100.7", ClientOf(Proxy, ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-For", "198.51.100.7, 10.0.0.8"), ("X-Forwarded-For", "10.0.0.9")));

    [Fact]
    public void A_client_cannot_override_what_the_proxy_appends() =>
        Assert.Equal("198.51.100.7", ClientOf(Proxy, ("Forwarded", "for=203.0.113.1"), ("X-Real-IP", "203.0.113.2"), ("X-Forwarded-For", "198.51.100.7")));

    [Theory]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:10.200.0.1")]
    public void A_proxy_is_known_on_a_socket_for_IPv6_and_IPv4_too(string proxy) => Assert.Equal("198.51.100.7", ClientOf(proxy, ("X-Forwarded-For", "198.51.100.7")));

    [Theory]
    [InlineData("X-Forwarded-For", "unknown")]
    [InlineData("X-Forwarded-For", "198.51.100.7, _hidden")]
    [InlineData("X-Forwarded-For", "198.51.100.7, nonsense, 10.0.0.9")]
    [InlineData("X-Forwarded-For", "0.0.0.0")]
    [InlineData("Forwarded", "proto=https")]
    [InlineData("Forwarded", "for=unknown")]
    [InlineData("Forwarded", "for=198.51.100.7;for=198.51.100.8")]
    [InlineData("Forwarded", "for=198.51.100.7;host=\"x")]
    [InlineData("X-Real-IP", "198.51.100.7")]
    [InlineData("CF-Connecting-IP", "198.51.100.7")]
    public void If_a_known_proxy_names_nobody_the_client_has_no_address(string header, string value)
    {
        Assert.Null(ClientOf(Proxy, (header, value)));
        Assert.Equal([(ProxyFault.NotUnderstood, header)], _watch.Read().Select(seen => (seen.Fault, seen.Header)));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "198.51.100.7")]
    [InlineData("Forwarded", "for=198.51.100.7")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("CF-Connecting-IP", "198.51.100.7")]
    [InlineData("True-Client-IP", "198.51.100.7")]
    [InlineData("X-Real-IP", "198.51.100.7")]
    [InlineData("CF-IPCountry", "FR")]
    public void Nothing_is_believed_from_an_address_that_is_not_named(string header, string value)
    {
        var http = Request("192.0.2.1", (header, value));
        Assert.Equal("192.0.2.1", $"{http.Connection.RemoteIpAddress}");
        Assert.Equal("http", http.Request.Scheme);
        Assert.Equal("", http.Request.Headers["CF-IPCountry"].ToString());
        Assert.Equal([(ProxyFault.Undeclared, header)], _watch.Read().Select(seen => (seen.Fault, seen.Header)));
    }

    [Theory]
    [InlineData("198.51.100.7, 172.20.0.5", null)]
    [InlineData("198.51.100.7, 203.0.113.9", "198.51.100.7")]
    public void A_second_proxy_that_is_not_named_is_noticed(string forwarded, string? connecting)
    {
        ClientOf(Proxy, ("X-Forwarded-For", forwarded), ("CF-Connecting-IP", connecting ?? ""));
        Assert.Equal(ProxyFault.Undeclared, Assert.Single(_watch.Read()).Fault);
    }

    [Fact]
    public void A_client_with_a_proxy_of_its_own_is_no_fault()
    {
        ClientOf(Proxy, ("X-Forwarded-For", "192.168.1.5, 198.51.100.7"), ("X-Real-IP", "198.51.100.7"));
        Assert.Empty(_watch.Read());
    }

    [Theory]
    [InlineData("GET", null, false)]
    [InlineData("POST", "Bearer key", false)]
    [InlineData("POST", null, true)]
    public void A_known_proxy_that_names_nobody_in_what_people_send_is_noticed(string method, string? key, bool noticed)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(Proxy) }, Request = { Method = method, Headers = { Authorization = key } } };
        Find(http, "10.0.0.0/8");
        Assert.Equal(Proxy, $"{http.Connection.RemoteIpAddress}");
        Assert.Equal(noticed ? [ProxyFault.NotForwarded] : [], _watch.Read().Select(seen => seen.Fault));
    }

    [Theory]
    [InlineData("10.0.0.0/8", null)]
    [InlineData("unix:", "198.51.100.7")]
    public void Over_a_Unix_socket_a_header_is_believed_only_if_that_is_named(string known, string? client)
    {
        var http = new DefaultHttpContext { Request = { Headers = { ["X-Forwarded-For"] = "198.51.100.7" } } };
        Find(http, known);
        Assert.Equal(client, http.Connection.RemoteIpAddress?.ToString());
    }

    [Theory]
    [InlineData("https", "198.51.100.7", "https")]
    [InlineData("HTTPS", "198.51.100.7", "https")]
    [InlineData("http, https", "203.0.113.1, 198.51.100.7", "https")]
    [InlineData("https, http", "203.0.113.1, 198.51.100.7", "http")]
    [InlineData("https, http", "198.51.100.7, 10.0.0.9", "https")]
    [InlineData("javascript", "198.51.100.7", "http")]
    public void The_scheme_is_what_the_outermost_known_proxy_was_asked_with(string told, string chain, string scheme) =>
        Assert.Equal(scheme, Request(Proxy, ("X-Forwarded-For", chain), ("X-Forwarded-Proto", told)).Request.Scheme);

    [Theory]
    [InlineData("for=198.51.100.7;proto=https", "https")]
    [InlineData("for=203.0.113.1;proto=https, for=198.51.100.7;proto=http", "http")]
    public void RFC_7239_tells_the_scheme_too(string told, string scheme) => Assert.Equal(scheme, Request(Proxy, ("Forwarded", told)).Request.Scheme);

    [Fact]
    public void A_fault_is_said_once_an_hour_with_the_setting_and_without_an_address()
    {
        for (var minute = 0; minute < 119; minute++)
        {
            Request("192.0.2.1", ("X-Forwarded-For", "198.51.100.7"));
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(2, _log.Lines.Count);
        Assert.All(_log.Lines, line =>
        {
            Assert.Contains("add its network to ForwardedHeaders:KnownNetworks", line, StringComparison.Ordinal);
            Assert.DoesNotContain("192.0.2", line, StringComparison.Ordinal);
            Assert.DoesNotContain("198.51", line, StringComparison.Ordinal);
        });
        Assert.Equal(119, Assert.Single(_watch.Read()).Requests);

        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Empty(_watch.Read());
    }

    private string? ClientOf(string peer, params (string Name, string Value)[] headers) => Request(peer, headers).Connection.RemoteIpAddress?.ToString();

    private DefaultHttpContext Request(string peer, params (string Name, string Value)[] headers)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(peer) }, Request = { Method = "GET", Scheme = "http" } };
        foreach (var (name, value) in headers) http.Request.Headers.Append(name, value);
        Find(http, "10.0.0.0/24", "::ffff:10.200.0.0/112");
        return http;
    }

    private void Find(HttpContext http, params string[] known) =>
        new ClientAddress(Options.Create(new ForwardedOptions { KnownNetworks = known }), Options.Create(new RegionOptions { Header = "CF-IPCountry" }), _watch).Find(http);
}
