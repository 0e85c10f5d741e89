using System.Net.Quic;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aggregator.Server.Tests;

/// <summary>The server speaks TLS itself, with a certificate that the settings name.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-tls-").FullName;
    private X509Certificate2? _certificate;

    public void Dispose()
    {
        _certificate?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_certificate_from_the_settings_serves_https_in_both_versions_of_HTTP(string version)
    {
        await using var server = await Start();
        using var client = Client(server);
        using var answer = await client.SendAsync(new(HttpMethod.Get, "/v1/spikes") { Version = new(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact });
        Assert.Equal((HttpStatusCode.OK, new Version(version)), (answer.StatusCode, answer.Version));
        Assert.Equal("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Fact]
    public async Task HTTP_3_is_spoken_where_the_machine_can_and_it_is_asked_for()
    {
        Assert.SkipUnless((OperatingSystem.IsLinux() || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()) && QuicConnection.IsSupported, "libmsquic is not installed.");
        var port = Ports.Free();
        await using var server = await Start($"Kestrel:Endpoints:Https:Url=https://127.0.0.1:{port}", "Kestrel:EndpointDefaults:Protocols=Http1AndHttp2AndHttp3");
        using var client = Client(server);
        using var answer = await client.SendAsync(new(HttpMethod.Get, "/v1/spikes") { Version = HttpVersion.Version30, VersionPolicy = HttpVersionPolicy.RequestVersionExact });
        Assert.Equal(HttpVersion.Version30, answer.Version);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task It_is_spoken_in_the_versions_that_are_safe(SslProtocols protocol)
    {
        await using var server = await Start();
        using var socket = await Connect(server);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocol, RemoteCertificateValidationCallback = IsOurs });
        Assert.Equal(protocol, tls.SslProtocol);
    }

    [Fact]
    public async Task A_client_that_speaks_no_more_than_TLS_1_1_is_told_that_this_is_too_old()
    {
        await using var server = await Start();
        using var socket = await Connect(server);

        // By hand: the library of this machine would not say this itself.
        byte[] hello = [0x03, 0x02, .. new byte[32], 0, 0, 6, 0xC0, 0x09, 0xC0, 0x13, 0x00, 0x2F, 1, 0];
        byte[] record = [0x16, 0x03, 0x01, 0, (byte)(hello.Length + 4), 1, 0, 0, (byte)hello.Length, .. hello];
        await socket.GetStream().WriteAsync(record);

        var alert = new byte[7];
        await socket.GetStream().ReadExactlyAsync(alert);
        const byte Alert = 0x15, Fatal = 2, ProtocolVersion = 70;
        Assert.Equal((Alert, Fatal, ProtocolVersion), (alert[0], alert[5], alert[6]));
    }

    [Fact]
    public async Task The_cookie_of_an_operator_is_for_https_alone()
    {
        await using var server = await Start();
        using var client = Client(server);
        using var answer = await client.GetAsync("/operate/sign-in");
        Assert.All(answer.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("secure", cookie, StringComparison.Ordinal));
    }

    private async Task<RunningServer> Start(params string[] settings)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(RunningServer.Now.AddDays(-1), RunningServer.Now.AddDays(1));
        var (certificate, keyFile) = (Path.Combine(_directory, "tls.crt"), Path.Combine(_directory, "tls.key"));
        await File.WriteAllTextAsync(certificate, _certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        return await RunningServer.Start(
            ["Kestrel:Endpoints:Https:Url=https://127.0.0.1:0", $"Kestrel:Certificates:Default:Path={certificate}", $"Kestrel:Certificates:Default:KeyPath={keyFile}", "Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel=Error", .. settings]);
    }

    private HttpClient Client(RunningServer server) =>
        new(new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = IsOurs } }) { BaseAddress = server.Anybody.BaseAddress };

    private static async Task<TcpClient> Connect(RunningServer server)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Anybody.BaseAddress!.Port);
        return socket;
    }

    private bool IsOurs(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate is X509Certificate2 { Thumbprint: var seen } && seen == _certificate!.Thumbprint;
}
