using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Aggregator.Server.Tests;

/// <summary><c>tests/audit</c>, tried on a project of one package and a source that says of it what a test wants.</summary>
[StartsProcess]
public sealed class AuditTests : IAsyncLifetime
{
    private const string Package = "YamlDotNet";

    private static readonly string Version = XDocument.Load(Repository.File("Directory.Packages.props")).Descendants("PackageVersion").Single(package => (string?)package.Attribute("Include") == Package).Attribute("Version")!.Value;

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-audit-").FullName;
    private WebApplication _source = null!;
    private string? _vulnerable;

    private string Root => _source.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It is a script.");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=source", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build(), new X509BasicConstraintsExtension(true, false, 0, true) } };
        using var made = request.CreateSelfSigned(RunningServer.Now.AddDays(-1), RunningServer.Now.AddDays(1));
        await File.WriteAllTextAsync(In("trusted.pem"), made.ExportCertificatePem());
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(certificate)));
        _source = builder.Build();
        _source.MapGet("/index.json", () => new
        {
            version = "3.0.0",
            resources = new[] { Resource("flat/", "PackageBaseAddress/3.0.0"), Resource("vulnerabilities.json", "VulnerabilityInfo/6.7.0") },
        });
        _source.MapGet("/vulnerabilities.json", () => new[] { Page() });
        _source.MapGet("/page.json", () => _vulnerable is null ? [] : new Dictionary<string, object[]> { [_vulnerable] = [new { severity = 2, url = "https://advisories.example/1", versions = "(, 9999.0.0)" }] });
        await _source.StartAsync();

        Directory.CreateDirectory(In("tests"));
        Directory.CreateDirectory(In("src/Aggregator.Server"));
        File.Copy(Repository.File("tests/audit"), In("tests/audit"));
        await File.WriteAllTextAsync(In("nuget.config"), $"<configuration><packageSources><clear /><add key=\"one\" value=\"{Root}/index.json\" /></packageSources></configuration>");
        await Write(Version);

        await Run("dotnet", "new", "sln", "--format", "sln", "--name", "Aggregator");
        await Run("dotnet", "sln", "Aggregator.sln", "add", "src/Aggregator.Server");
        var (code, said) = await Run("dotnet", "restore", "Aggregator.sln");
        Assert.True(code == 0, said);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null) await _source.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task It_fails_from_the_moment_that_a_package_is_known_to_be_vulnerable()
    {
        var (code, said) = await Audit();
        Assert.True(code == 0, said);
        Assert.Contains("No package is known to be vulnerable.", said, StringComparison.Ordinal);

        _vulnerable = Package.ToLowerInvariant();
        (code, said) = await Audit();
        Assert.True(code == 1, said);
        Assert.Contains($"Known to be vulnerable:\nNU1903: Package '{Package}' {Version} has a known high severity vulnerability, https://advisories.example/1", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_fails_where_the_packages_are_not_those_of_the_lock_files()
    {
        await Write("0.0.1");
        var (code, said) = await Audit();
        Assert.True(code == 1, said);
        Assert.Contains("they are not those of the lock files", said, StringComparison.Ordinal);
        Assert.Contains("NU1004", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_so_where_the_source_does_not_answer_and_fails_nothing()
    {
        await _source.StopAsync();
        var (code, said) = await Audit();
        Assert.True(code == 0, said);
        Assert.Contains("The packages were not audited: their source does not answer", said, StringComparison.Ordinal);
    }

    private string In(string path) => Path.Combine(_directory, path);

    private Dictionary<string, string> Resource(string path, string type) => new() { ["@id"] = $"{Root}/{path}", ["@type"] = type };

    private Dictionary<string, string> Page() => new() { ["@name"] = "all", ["@id"] = $"{Root}/page.json", ["@updated"] = $"{RunningServer.Now:O}" };

    private Task Write(string version) => File.WriteAllTextAsync(In("src/Aggregator.Server/Aggregator.Server.csproj"), $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework><RestorePackagesWithLockFile>true</RestorePackagesWithLockFile></PropertyGroup>
          <ItemGroup><PackageReference Include="{Package}" Version="{version}" /></ItemGroup>
        </Project>
        """);

    private Task<(int Code, string Said)> Audit() => Run("bash", "tests/audit");

    private async Task<(int Code, string Said)> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _directory, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["SSL_CERT_FILE"], start.Environment["NO_PROXY"], start.Environment["DOTNET_NOLOGO"], start.Environment["MSBUILDDISABLENODEREUSE"]) = (In("trusted.pem"), "*", "1", "1");
        using var process = Process.Start(start)!;
        var (said, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(4), TimeProvider.System);
        return (process.ExitCode, await said + await error);
    }
}
