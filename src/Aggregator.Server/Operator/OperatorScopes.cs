using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Aggregator.Server;

/// <summary>A route that a key with this scope opens.</summary>
internal sealed record NeededScope(string Scope);

/// <summary>What keys may do. None of them includes another.</summary>
internal static class OperatorScopes
{
    /// <summary>To read what only operators see: subscriptions with their deliveries, comments that are not shown, the operator's pages.</summary>
    public const string ReadPrivate = "read-private";

    /// <summary>To bring in reports and history by the line.</summary>
    public const string Collect = "collect";

    /// <summary>To change the catalog and subscriptions, and to write notes.</summary>
    public const string Operate = "operate";

    /// <summary>To read <c>/metrics</c> where they are not for everybody.</summary>
    public const string Metrics = "metrics";

    /// <summary>To take a backup: a copy of everything, with all secrets in it.</summary>
    public const string Backup = "backup";

    public const string Claim = "scope";

    public static IReadOnlyList<string> All { get; } = [ReadPrivate, Collect, Operate, Metrics, Backup];

    public static string Listed { get; } = string.Join(", ", All);

    /// <summary>Nobody without this scope comes in, and no other site reads the answer.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope, string scheme = OperatorHandler.SchemeName) where TBuilder : IEndpointConventionBuilder => builder
        .RequireAuthorization(new AuthorizationPolicyBuilder(scheme).RequireClaim(Claim, scope).Build())
        .WithMetadata(new NeededScope(scope), new DisableCorsAttribute());

    /// <summary>The scope that who asks has not; where all are there, or none is asked for, the last that is asked for.</summary>
    public static string? LackingFor(HttpContext http)
    {
        var needed = http.GetEndpoint()?.Metadata.GetOrderedMetadata<NeededScope>() ?? [];
        return (needed.FirstOrDefault(one => !http.User.HasClaim(Claim, one.Scope)) ?? (needed.Count > 0 ? needed[^1] : null))?.Scope;
    }

    /// <summary>The document of the API says which operation asks for which scope.</summary>
    public static void Describe(OpenApiOptions document)
    {
        document.AddDocumentTransformer((described, _, _) =>
        {
            described.Info.Title = "Aggregator";
            described.Components ??= new();
            described.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            described.Components.SecuritySchemes[OperatorHandler.SchemeName] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = $"An operator key. It has some of the scopes {Listed}; 401 without a key, 403 without the scope that the operation asks for.",
            };
            return Task.CompletedTask;
        });
        document.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<NeededScope>().LastOrDefault() is not { Scope: var scope }) return Task.CompletedTask;

            (operation.Security ??= []).Add(new() { [new(OperatorHandler.SchemeName, context.Document)] = [scope] });
            operation.Description = string.Join(' ', new[] { operation.Description, $"Needs an operator key with the scope `{scope}`." }.Where(said => !string.IsNullOrEmpty(said)));
            operation.Responses ??= [];
            operation.Responses.TryAdd("401", new OpenApiResponse { Description = "No operator key, or none that is known." });
            operation.Responses.TryAdd("429", new OpenApiResponse { Description = "Too many wrong keys came from this address; Retry-After says how long to wait." });
            operation.Responses.TryAdd("403", new OpenApiResponse { Description = $"The key has not the scope `{scope}`." });
            return Task.CompletedTask;
        });
    }
}
