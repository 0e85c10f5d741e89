using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>Checks <c>Authorization: Bearer</c> against the operator's keys.</summary>
internal sealed class OperatorHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, OperatorKeys keys, KeyAttempts attempts)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Operator";

    private const string Bearer = "Bearer ";

    private TimeSpan _wait;
    private string? _wrong;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return Task.FromResult(AuthenticateResult.NoResult());

        var sent = header[Bearer.Length..].Trim();
        _wait = attempts.WaitOf(Context);
        if (_wait > TimeSpan.Zero) return Task.FromResult(AuthenticateResult.Fail("Too many wrong keys."));
        if (keys.Find(sent) is { } key) return Task.FromResult(AuthenticateResult.Success(new(key.Principal(SchemeName), SchemeName)));

        _wrong = sent;
        return Task.FromResult(AuthenticateResult.Fail("Not an operator key."));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // Counted where a key is asked for: what a proxy sends along to public addresses is no attempt.
        if (_wrong is not null) _wait = attempts.Wrong(Context, _wrong);
        if (_wait > TimeSpan.Zero)
        {
            Response.Headers.RetryAfter = $"{Math.Ceiling(_wait.TotalSeconds)}";
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return Task.CompletedTask;
        }

        Response.Headers.WWWAuthenticate = Request.Headers.Authorization.Count > 0 ? "Bearer error=\"invalid_token\"" : "Bearer";
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{OperatorScopes.LackingFor(Context)}\"";
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}

internal static class OperatorRegistration
{
    public static IServiceCollection AddOperator(this IServiceCollection services, OperatorKeys keys)
    {
        services.AddSingleton(keys).AddSingleton<KeyAttempts>().AddHostedService<OperatorKeyWatch>();
        services.AddAuthentication(OperatorHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, OperatorHandler>(OperatorHandler.SchemeName, null)
            .AddCookie(OperatorSession.SchemeName, OperatorSession.Apply);
        services.AddAuthorization();

        // Else everybody who knocks without a key writes two lines.
        services.AddLogging(logging => logging.AddFilter(typeof(OperatorHandler).FullName, LogLevel.Warning));

        // Else everybody who sends a cookie of nonsense writes an error with its stack; the form is refused either way.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Critical));
        services.AddAntiforgery(OperatorSession.Apply);
        return services;
    }
}
