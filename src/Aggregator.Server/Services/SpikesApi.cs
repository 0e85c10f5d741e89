using Aggregator.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

internal static class SpikesApi
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapSpikes() => routes
            .MapGet("/v1/spikes", List).WithTags("Spikes").CacheOutput(OutputCaching.OneSecond)
            .Produces<SpikesAnswer>().ProducesProblem(400);
    }

    /// <summary>What spikes right now; <c>level=Elevated,Unknown</c> asks for other levels. Filters: <c>service</c>, <c>region</c>.</summary>
    internal static Results<CachedJson<SpikesAnswer>, ProblemHttpResult> List(HttpContext http, ServiceReader reader)
    {
        var query = new Queries(http.Request.Query);
        var levels = query.Words<Level>("level") ?? [Level.Spike];
        query.CheckNames();
        if (query.Faults.Count > 0) return Problems.Invalid(query.Faults);

        var answer = reader.Spikes(query.Text("service"), query.Text("region"), levels);
        return CachedJson.Of(answer, answer.Spikes);
    }
}
