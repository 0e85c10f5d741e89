using Aggregator.Domain;
using Microsoft.AspNetCore.Http.Features;

namespace Aggregator.Server;

internal static class StreamApi
{
    private const string LastEventId = "Last-Event-ID";
    private static readonly TimeSpan WrittenWithin = TimeSpan.FromSeconds(30);

    extension(IEndpointRouteBuilder routes)
    {
        public void MapStream() => routes.MapGet("/v1/stream", Stream).WithTags("Incidents")
            .Reads(RouteParameter.Service, RouteParameter.Region, RouteParameter.Header(LastEventId, "The id of the last event that was heard: what came after it is told first."))
            .Produces(200, contentType: "text/event-stream").ProducesProblem(400).ProducesProblem(503);
    }

    /// <summary>
    /// Server-sent events: <c>spike</c>, a region's level changed; <c>incident</c>, an incident changed. Filters: <c>service</c>, <c>region</c>.
    /// <c>Last-Event-ID</c> resumes, and where not all that was missed can be told, <c>missed</c> says so; a comment comes every 15 seconds; who cannot keep up is let go, and resumes.
    /// </summary>
    internal static async Task<IResult> Stream(HttpContext http, LiveFeed feed, Catalog catalog, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        var query = new Queries(http);
        query.CheckNames();
        if (query.Faults.Count == 0 && query.Text("service") is { } service && catalog.Find(ServiceKey.Parse(service)) is null) query.Faults["service"] = $"'{service}' is not in the catalog; GET /v1/services lists what is.";
        if (query.Faults.Count == 0 && query.Text("region") is { } region && RegionCode.Parse(region) is { IsAll: false } code && catalog.Find(code) is null) query.Faults["region"] = $"'{region}' is not in the catalog; GET /v1/regions lists what is.";
        if (query.Faults.Count > 0) return Problems.Invalid(query.Faults);

        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        if (Headers.AreAll(http)) return Results.Empty;

        var lastId = http.Request.Headers[LastEventId] is [{ Length: > 0 } id, ..] ? id : null;
        if (feed.Listen(query.Text("service"), query.Text("region"), lastId) is not { } reader) return Problems.TooManyAtOnce();
        try
        {
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
            await Write(http, "retry: 2000\n: listening\n\n"u8.ToArray(), clock, end.Token);
            await foreach (var bytes in reader.Next.ReadAllAsync(end.Token)) await Write(http, bytes, clock, end.Token);
        }
        catch (OperationCanceledException)
        {
            // They left, or the server stops: they come back with the id of what they heard last.
        }
        finally
        {
            feed.Leave(reader);
        }

        return Results.Empty;
    }

    private static async Task Write(HttpContext http, ReadOnlyMemory<byte> bytes, TimeProvider clock, CancellationToken end)
    {
        try
        {
            await http.Response.Body.WriteAsync(bytes, end).AsTask().WaitAsync(WrittenWithin, clock, end);
            await http.Response.Body.FlushAsync(end).WaitAsync(WrittenWithin, clock, end);
        }
        catch (TimeoutException)
        {
            http.Abort();
            throw new OperationCanceledException(end);
        }
    }
}
