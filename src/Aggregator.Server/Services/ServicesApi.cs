using Aggregator.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

internal static class ServicesApi
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapServices()
        {
            var services = routes.MapGroup("/v1/services").WithTags("Services").CacheOutput(OutputCaching.OneSecond);
            services.MapGet("/", List).Produces<ServicesAnswer>()
                .Reads(new("q", "A part of the name, the key or an alias."), RouteParameter.ListOf<Level>("level", "Levels to list."), RouteParameter.Cursor, RouteParameter.Limit(usual: 100, most: 1000))
                .WithMetadata(new FromSnapshot(http => Find(http, http.RequestServices.GetRequiredService<ServiceReader>(), out _) is { } found ? found with { At = default } : null));
            services.MapGet("/{service}", One).Produces<ServiceAnswer>().ProducesProblem(404);
            services.MapGet("/{service}/regions", Regions).Produces<RegionsAnswer>().ProducesProblem(404);
            services.MapGet("/{service}/regions/{region}", Region).Produces<RegionAnswer>().ProducesProblem(404);
            services.MapGet("/{service}/series", Series)
                .Reads(RouteParameter.Region, RouteParameter.From, RouteParameter.To, SeriesQueries.Interval).Produces<SeriesAnswer>().ProducesProblem(400).ProducesProblem(404);
        }
    }

    /// <summary>All services, worst first. Filters: <c>q</c> (part of the name, the key or an alias), <c>level</c>.</summary>
    internal static Results<CachedJson<ServicesAnswer>, ProblemHttpResult> List(HttpContext http, ServiceReader reader)
    {
        if (Find(http, reader, out var faults) is not { } answer) return Problems.Invalid(faults);
        return CachedJson.Of(answer, answer with { At = default });
    }

    private static ServicesAnswer? Find(HttpContext http, ServiceReader reader, out Dictionary<string, string> faults)
    {
        var query = new Queries(http);
        var (levels, cursor, limit) = (query.Words<Level>("level"), query.Cursor(), query.Number("limit", 100, 1, 1000));
        faults = query.Faults;
        return faults.Count > 0 ? null : reader.List(query.Text("q"), levels, cursor, limit);
    }

    /// <summary>One service in full.</summary>
    internal static async Task<Results<CachedJson<ServiceAnswer>, ProblemHttpResult>> One(string service, ServiceReader reader, Catalog catalog)
    {
        if (!ServiceKey.TryParse(service, out var key) || catalog.Find(key) is not { } known) return Problems.UnknownService(service);

        var answer = await reader.Read(known);
        return CachedJson.Of(answer, answer with { At = default });
    }

    /// <summary>The regions of a service that anybody reported from, worst first.</summary>
    internal static async Task<Results<CachedJson<RegionsAnswer>, ProblemHttpResult>> Regions(string service, ServiceReader reader, Catalog catalog)
    {
        if (!ServiceKey.TryParse(service, out var key) || catalog.Find(key) is null) return Problems.UnknownService(service);

        var answer = await reader.Regions(key);
        return CachedJson.Of(answer, answer with { At = default });
    }

    /// <summary>One region of a service; <c>ALL</c> is their sum.</summary>
    internal static async Task<Results<CachedJson<RegionAnswer>, ProblemHttpResult>> Region(string service, string region, ServiceReader reader, Catalog catalog)
    {
        if (!ServiceKey.TryParse(service, out var key) || catalog.Find(key) is null) return Problems.UnknownService(service);
        if (!RegionCode.TryParse(region, out var code) || !(code.IsAll || catalog.Find(code) is not null)) return Problems.UnknownRegion(region);

        var answer = await reader.Region(key, code);
        return CachedJson.Of(answer, answer);
    }

    /// <summary>Counts along time. <c>region</c> (default ALL), <c>from</c> and <c>to</c> (default the last 24 hours), <c>interval</c> 10s, 1m, 5m, 15m, 1h or 1d (default 5m).</summary>
    internal static async Task<Results<CachedJson<SeriesAnswer>, ProblemHttpResult>> Series(string service, HttpContext http, SeriesQueries series, Catalog catalog)
    {
        if (!ServiceKey.TryParse(service, out var key) || catalog.Find(key) is null) return Problems.UnknownService(service);

        var query = new Queries(http);
        var region = RegionCode.All;
        if (query.Text("region") is { } text && (!RegionCode.TryParse(text, out region) || !(region.IsAll || catalog.Find(region) is not null))) return Problems.UnknownRegion(text);

        var span = series.Span(query);
        if (query.Faults.Count > 0) return Problems.Invalid(query.Faults);

        var answer = await series.Read(new(key, region), span);
        return CachedJson.Of(answer, answer);
    }
}
