using CsCheck;

namespace Aggregator.Server.Tests;

public sealed class ForwardedNodeTests
{
    private static readonly Gen<IPAddress> Address = Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]).Select(bytes => new IPAddress(bytes))
        .Where(address => !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any));

    private static readonly Gen<string> Port = Gen.OneOf(Gen.UShort.Select(port => $":{port}"), Gen.Const(""), Gen.Const(":_hidden"));

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7")]
    [InlineData(" 198.51.100.7 ", "198.51.100.7")]
    [InlineData("198.51.100.7:5000", "198.51.100.7")]
    [InlineData("\"198.51.100.7:5000\"", "198.51.100.7")]
    [InlineData("::ffff:198.51.100.7", "198.51.100.7")]
    [InlineData("::ffff:198.51.100.7:5000", "198.51.100.7")]
    [InlineData("::FFFF:c633:6407", "198.51.100.7")]
    [InlineData("[::ffff:198.51.100.7]:5000", "198.51.100.7")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "2001:db8::1")]
    [InlineData("[2001:DB8::1]:443", "2001:db8::1")]
    [InlineData("\"[2001:db8::1]:443\"", "2001:db8::1")]
    [InlineData("[2001:db8::1]:_gazonk", "2001:db8::1")]
    [InlineData("fe80::1%eth0", "fe80::1")]
    [InlineData("[fe80::1%25eth0]:80", "fe80::1")]
    public void An_address_is_read_however_it_is_dressed(string node, string address)
    {
        Assert.True(ForwardedNode.TryParse(node, out var read));
        Assert.Equal(IPAddress.Parse(address), read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"")]
    [InlineData("unknown")]
    [InlineData("_hidden")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("12345")]
    [InlineData("1.2.3")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("999.1.1.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.4:99999")]
    [InlineData("1.2.3.4:")]
    [InlineData("1.2.3.4:-1")]
    [InlineData("1.2.3.4/8")]
    [InlineData("[1.2.3.4]:80")]
    [InlineData("[::1")]
    [InlineData("::1]:5")]
    [InlineData("[::1]5")]
    [InlineData("[]:5")]
    [InlineData("client.example")]
    [InlineData("198.51.100.7\"")]
    public void What_names_nobody_is_no_address(string node) => Assert.False(ForwardedNode.TryParse(node, out _));

    [Fact]
    public void Every_address_is_itself_in_every_dress() => Gen.Select(Address, Port, Gen.Bool).Sample((address, port, quoted) =>
    {
        var bare = address.GetAddressBytes().Length == 4 ? $"{address}{port}" : $"[{address}]{port}";
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return ForwardedNode.TryParse(quoted ? $"\"{bare}\"" : bare, out var read) && read.Equals(plain);
    });

    [Fact]
    public void No_text_is_too_strange() => Gen.String[Gen.Char[" \"[]:.%_0123456789abcdefx,;"], 0, 40].Sample(text => ForwardedNode.TryParse(text, out var address) == address is not null);
}
