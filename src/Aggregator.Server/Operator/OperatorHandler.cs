using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>Checks <c>Authorization: Bearer</c> against the operator's keys.</summary>
internal sealed class OperatorHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, OperatorKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Operator";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return Task.FromResult(AuthenticateResult.NoResult());
        return Task.FromResult(keys.Find(header[Bearer.Length..].Trim()) is { } key
            ? AuthenticateResult.Success(new(key.Principal(SchemeName), SchemeName))
            : AuthenticateResult.Fail("Not an operator key."));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
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
        services.AddSingleton(keys).AddHostedService<OperatorKeyWatch>();
        services.AddAuthentication(OperatorHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, OperatorHandler>(OperatorHandler.SchemeName, null)
            .AddCookie(OperatorSession.SchemeName, OperatorSession.Apply);
        services.AddAuthorization();

        // Else everybody who knocks without a key writes two lines.
        services.AddLogging(logging => logging.AddFilter(typeof(OperatorHandler).FullName, LogLevel.Warning));
        services.AddAntiforgery(OperatorSession.Apply);
        return services;
    }
}
