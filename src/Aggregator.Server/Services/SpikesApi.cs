using Aggregator.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

internal static class SpikesApi
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapSpikes() => routes
            .MapGet("/v1/spikes", List).WithTags("Spikes").CacheOutput(OutputCaching.OneSecond)
            .Reads(RouteParameter.Service, RouteParameter.Region, RouteParameter.ListOf<Level>("level", "Levels to list; Spike unless told otherwise."))
            .Produces<SpikesAnswer>().ProducesProblem(400)
            .WithMetadata(new FromSnapshot(http => Find(http, http.RequestServices.GetRequiredService<ServiceReader>(), out _)?.Spikes));
    }

    /// <summary>What spikes right now; <c>level=Elevated,Unknown</c> asks for other levels. Filters: <c>service</c>, <c>region</c>.</summary>
    internal static Results<CachedJson<SpikesAnswer>, ProblemHttpResult> List(HttpContext http, ServiceReader reader)
    {
        if (Find(http, reader, out var faults) is not { } answer) return Problems.Invalid(faults);
        return CachedJson.Of(answer, answer.Spikes);
    }

    private static SpikesAnswer? Find(HttpContext http, ServiceReader reader, out Dictionary<string, string> faults)
    {
        var query = new Queries(http);
        var levels = query.Words<Level>("level") ?? [Level.Spike];
        query.CheckNames();
        faults = query.Faults;
        return faults.Count > 0 ? null : reader.Spikes(query.Text("service"), query.Text("region"), levels);
    }
}
