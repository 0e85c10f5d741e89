using System.Text.Json;
using System.Text.Json.Serialization;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

/// <summary>What a reporter wrote: plain text, never markup.</summary>
public sealed record Comment(DateTimeOffset At, string Region, string Symptom, string Text);

/// <summary>The newest comments of a service.</summary>
public sealed record CommentsAnswer(string Service, IReadOnlyList<Comment> Comments);

/// <summary>Comments as they are kept: the default escapes leave nothing in them that HTML or a script could take for its own.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(UtcJson)])]
[JsonSerializable(typeof(Comment))]
internal sealed partial class CommentJson : JsonSerializerContext
{
    /// <summary>A comment as it is kept with its report; null where nothing readable was written.</summary>
    public static string? Write(string? text, RegionCode region, string symptom, DateTimeOffset at)
    {
        if (text is null) return null;

        // Cleaned rather than refused: a report is not lost for a character that its writer cannot see.
        var readable = XmlText.Clean(string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter))).Trim();
        return readable.Length == 0 ? null : JsonSerializer.Serialize(new(at, region.Value, symptom, readable), Default.Comment);
    }

    /// <summary>A comment as it was kept; null if it cannot be read, so that the others still can.</summary>
    public static Comment? Read(string kept)
    {
        try
        {
            return JsonSerializer.Deserialize(kept, Default.Comment) is { Text: { } text, Region: not null, Symptom: not null } comment ? comment with { Text = XmlText.Clean(text) } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal static class CommentsApi
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapComments() => routes
            .MapGet("/v1/services/{service}/comments", List)
            .WithTags("Reports")
            .WithMetadata(new NeededScope(OperatorScopes.ReadPrivate))
            .Produces<CommentsAnswer>().ProducesProblem(401).ProducesProblem(403).ProducesProblem(404);
    }

    /// <summary>What reporters wrote in the last 48 hours, newest first, 200 at most. For operators, unless the service shows its comments: people write what they should not.</summary>
    internal static async Task<Results<CachedJson<CommentsAnswer>, ChallengeHttpResult, ForbidHttpResult, ProblemHttpResult>> List(string service, HttpContext http, Catalog catalog, ReportStore store)
    {
        var known = ServiceKey.TryParse(service, out var key) ? catalog.Find(key) : null;
        if (known?.ShowsComments != true && http.User.Identity?.IsAuthenticated != true) return TypedResults.Challenge();
        if (known?.ShowsComments != true && !http.User.HasClaim(OperatorScopes.Claim, OperatorScopes.ReadPrivate)) return TypedResults.Forbid();
        if (known is null) return Problems.UnknownService(service);

        var answer = new CommentsAnswer(service, await Newest(key, store));
        return CachedJson.Of(answer, answer);
    }

    internal static async Task<IReadOnlyList<Comment>> Newest(ServiceKey service, ReportStore store) => [.. (await store.ReadComments(service)).Select(CommentJson.Read).OfType<Comment>()];
}
