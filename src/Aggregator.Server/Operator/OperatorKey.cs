using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Aggregator.Grains;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>Who may operate.</summary>
public sealed class OperatorOptions
{
    public const string Section = "Operator";

    /// <summary>The key that operator calls carry. If it is not set, one is made at the first start and kept in the data directory.</summary>
    public string? Key { get; set; }
}

/// <summary>The operator's key: from the settings, or made once and kept in <c>operator.key</c>, readable by its owner alone.</summary>
internal sealed partial class OperatorKey
{
    private readonly byte[] _hash;

    public OperatorKey(IOptions<OperatorOptions> options, IOptions<StoreOptions> store, ILogger<OperatorKey> logger)
    {
        var key = options.Value.Key;
        if (string.IsNullOrWhiteSpace(key))
        {
            var file = Path.GetFullPath(Path.Combine(store.Value.DataDirectory, "operator.key"));
            key = ReadOrMake(file);
            LogWhere(logger, file);
        }

        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
    }

    /// <summary>What a session of this key carries: with another key it ends.</summary>
    public string Mark => Convert.ToHexStringLower(HMACSHA256.HashData(_hash, "operator-session"u8));

    /// <summary>Compares in a time that tells nothing about the key.</summary>
    public bool Is(string key) => CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static string ReadOrMake(string file)
    {
        if (File.Exists(file)) return File.ReadAllText(file).Trim();

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, how);
        writer.WriteLine(key);
        return key;
    }

    [LoggerMessage(LogLevel.Information, "The operator key is in {File}")]
    private static partial void LogWhere(ILogger logger, string file);
}

/// <summary>Checks <c>Authorization: Bearer</c> against the operator's key.</summary>
internal sealed class OperatorHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, OperatorKey key)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Operator";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        const string Bearer = "Bearer ";
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return Task.FromResult(AuthenticateResult.NoResult());
        if (!key.Is(header[Bearer.Length..].Trim())) return Task.FromResult(AuthenticateResult.Fail("Not the operator's key."));

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Role, SchemeName)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new(new(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}

internal static class OperatorRegistration
{
    public static IServiceCollection AddOperator(this IServiceCollection services)
    {
        services.AddSingleton<OperatorKey>();
        services.AddAuthentication(OperatorHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, OperatorHandler>(OperatorHandler.SchemeName, null)
            .AddCookie(OperatorSession.SchemeName, OperatorSession.Apply);
        services.AddAuthorization();
        services.AddAntiforgery(OperatorSession.Apply);
        return services;
    }
}
