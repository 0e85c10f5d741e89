using System.Collections.Concurrent;

namespace Aggregator.Simulator;

/// <summary>Makes sure that the aggregator knows the services and the regions of the day.</summary>
internal sealed class DayCatalog(AggregatorClient client, DayCast cast)
{
    private const int AtOnce = 4;
    private int _done;

    public int Done => _done;

    /// <summary>Adds what is missing; what is there keeps its name and gains symptoms.</summary>
    /// <returns>The services that were there: they may have reports of others.</returns>
    public async Task<IReadOnlySet<string>> Add(CancellationToken cancel)
    {
        var regions = (await client.Regions(cancel)).Regions.Select(region => region.Region).ToHashSet();
        foreach (var region in cast.Regions.Where(region => !regions.Contains(region))) await client.Put($"v1/regions/{region}", new NewRegion(region), cancel);

        var symptoms = DayCast.Symptoms.Select(symptom => symptom.Name).ToArray();
        var there = new ConcurrentDictionary<string, bool>();
        await Parallel.ForEachAsync(cast.Services, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (service, stop) =>
        {
            var known = await client.Service(service, stop);
            if (known is not null) there[service] = true;
            if (known is null || symptoms.Except(known.SymptomNames).Any())
                await client.Put($"v1/services/{service}", new NewService(known?.Name ?? service, known?.Category ?? "other", known?.Homepage, [.. symptoms.Union(known?.SymptomNames ?? [])]), stop);
            Interlocked.Increment(ref _done);
        });
        return there.Keys.ToHashSet();
    }
}
