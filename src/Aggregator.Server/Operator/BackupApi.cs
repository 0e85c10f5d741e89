using System.Globalization;

namespace Aggregator.Server;

/// <summary>The embedded store as one file, while it runs.</summary>
internal static class BackupApi
{
    private const string Tar = "application/x-tar";

    extension(IEndpointRouteBuilder routes)
    {
        public void MapBackup() => routes.MapPost("/v1/backup", Make).WithTags("Operating").RequireScope(OperatorScopes.Backup)
            .WithMetadata(new RequestSizeLimit(0)).Produces(200, contentType: Tar).ProducesProblem(409).ProducesProblem(503);
    }

    /// <summary>Makes a backup of the embedded store: a tar of the data directory as it is at one moment, to be unpacked into an empty one. It holds the operator key and all other secrets.</summary>
    internal static async Task<IResult> Make(HttpContext http, StoreLifetime store, HttpLimits limits, TimeProvider clock)
    {
        if (store.Embedded is not { } embedded) return Problems.NoEmbeddedStore();

        using var late = new CancellationTokenSource(limits.BackupWithin, clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(late.Token, http.RequestAborted);
        var headers = http.Response.Headers;
        headers.ContentType = Tar;
        headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"aggregator-{clock.GetUtcNow():yyyyMMdd-HHmmss}.tar\"");
        headers.CacheControl = "no-store";
        try
        {
            await embedded.Backup(http.Response.Body, ending.Token);
            await http.Response.CompleteAsync();
        }
        catch (Exception) when (http.Response.HasStarted)
        {
            // A part is no backup: whoever reads it is to notice.
            http.Abort();
            if (!ending.IsCancellationRequested) throw;
        }

        return Results.Empty;
    }
}
