using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>Says of a route that its answer is made of the snapshot and the catalog alone.</summary>
/// <param name="Tagged">The part of the answer that matters to a poller; null where the query has a fault.</param>
internal sealed record FromSnapshot(Func<HttpContext, object?> Tagged);

/// <summary>Tells pollers that nothing has changed: most of what is asked in a storm, and so answered before anything else is done.</summary>
/// <remarks>A tag is made once for each query and edition: a state of snapshot and catalog. All other answers go the long way.</remarks>
internal sealed class Unchanged(SnapshotCache snapshots, Catalog catalog, IOptions<JsonOptions> json)
{
    /// <summary>Queries beyond this many in one edition are answered the long way.</summary>
    private const int QueriesAtMost = 256;

    private static readonly string CacheControl = CachedTag.CacheControl.ToString();

    private volatile Edition _edition = new(snapshots.Latest, catalog.Version);

    /// <summary>Answers 304 where the poller already has the answer; false: somebody else has to answer.</summary>
    public bool TryAnswer(HttpContext http)
    {
        if (http.Request.Headers.IfNoneMatch is not [{ Length: > 0 } known]) return false;
        if (http.GetEndpoint()?.Metadata.GetMetadata<FromSnapshot>() is not { } route) return false;
        if (TagOf(http, route) is not { } tag || tag != known) return false;

        http.Response.StatusCode = StatusCodes.Status304NotModified;
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = CacheControl;
        if (http.Request.Headers.Origin.Count > 0) http.Response.Headers.AccessControlAllowOrigin = "*";
        return true;
    }

    private string? TagOf(HttpContext http, FromSnapshot route)
    {
        var edition = _edition;
        if (!ReferenceEquals(edition.Snapshot, snapshots.Latest) || edition.Catalog != catalog.Version)
            _edition = edition = new(snapshots.Latest, catalog.Version);

        var query = (route, http.Request.QueryString.Value ?? "");
        if (edition.Tags.TryGetValue(query, out var tag)) return tag;
        if (edition.Tags.Count >= QueriesAtMost || route.Tagged(http) is not { } tagged) return null;
        return edition.Tags[query] = CachedTag.Of(tagged, json.Value.SerializerOptions).ToString();
    }

    private sealed record Edition(Snapshot Snapshot, long Catalog)
    {
        public ConcurrentDictionary<(FromSnapshot, string), string> Tags { get; } = [];
    }
}
