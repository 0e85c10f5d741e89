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
/// <remarks>Servers that share a Redis share the key through it: each has it in a file of its own.</remarks>
internal sealed partial class OperatorKey
{
    private readonly byte[] _hash;
    private readonly string? _file;

    private OperatorKey(string key, string? file) => (_hash, _file) = (SHA256.HashData(Encoding.UTF8.GetBytes(key)), file);

    public static async Task<OperatorKey> Find(OperatorOptions options, StoreOptions store, StoreConnection connection)
    {
        if (!string.IsNullOrWhiteSpace(options.Key)) return new(options.Key, file: null);

        var file = Path.GetFullPath(Path.Combine(store.DataDirectory, "operator.key"));
        var kept = File.Exists(file) ? (await File.ReadAllTextAsync(file)).Trim() : null;
        var key = kept ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        if (store.Mode == StoreMode.Redis) key = await new OperatorKeyStore(connection).KeepFirst(key);
        if (key != kept) await Keep(file, key);
        return new(key, file);
    }

    public void SayWhere(ILogger logger)
    {
        if (_file is not null) LogWhere(logger, _file);
    }

    /// <summary>What a session of this key carries: with another key it ends.</summary>
    public string Mark => Convert.ToHexStringLower(HMACSHA256.HashData(_hash, "operator-session"u8));

    /// <summary>Compares in a time that tells nothing about the key.</summary>
    public bool Is(string key) => CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static async Task Keep(string file, string key)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        // Under another name first: nobody may find half a key, or one that others can read.
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(file + ".new", how)) await writer.WriteLineAsync(key);
        File.Move(file + ".new", file, overwrite: true);
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
        services.AddAuthentication(OperatorHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, OperatorHandler>(OperatorHandler.SchemeName, null)
            .AddCookie(OperatorSession.SchemeName, OperatorSession.Apply);
        services.AddAuthorization();
        services.AddAntiforgery(OperatorSession.Apply);
        return services;
    }
}
