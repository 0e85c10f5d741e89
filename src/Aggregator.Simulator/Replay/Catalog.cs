using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>What a file names: services with their symptoms, and regions.</summary>
internal sealed record Named(IReadOnlyDictionary<string, SortedSet<string>> SymptomsByService, IReadOnlySet<string> Regions);

/// <summary>Makes sure that the aggregator knows what a file names.</summary>
internal sealed class Catalog(AggregatorClient client, IAnsiConsole console)
{
    /// <summary>Adds what is missing; what is there keeps its name and gains symptoms.</summary>
    public async Task Add(Named named, CancellationToken cancel)
    {
        foreach (var (service, symptoms) in named.SymptomsByService)
        {
            var known = await client.Service(service, cancel);
            var missing = symptoms.Except(known?.SymptomNames ?? []).ToArray();
            if (known is not null && missing.Length == 0) continue;
            await client.Put($"v1/services/{service}", new NewService(known?.Name ?? service, known?.Category ?? "other", known?.Homepage, [.. known?.SymptomNames ?? [], .. missing]), cancel);
            console.MarkupLineInterpolated($"{(known is null ? "added the service" : "added symptoms to")} {service}: {string.Join(", ", missing)}");
        }

        var regions = (await client.Regions(cancel)).Regions.Select(region => region.Region).ToHashSet();
        var added = named.Regions.Where(region => !regions.Contains(region)).Order().ToArray();
        foreach (var region in added) await client.Put($"v1/regions/{region}", new NewRegion(region), cancel);
        if (added.Length > 0) console.MarkupLineInterpolated($"added the regions {string.Join(", ", added)}");
    }

    /// <exception cref="UsageException">The aggregator lacks a service or a region.</exception>
    public async Task Check(Named named, CancellationToken cancel)
    {
        foreach (var service in named.SymptomsByService.Keys)
            if (await client.Service(service, cancel) is null) throw new UsageException($"The aggregator has no service '{service}': --add adds it.");

        var regions = (await client.Regions(cancel)).Regions.Select(region => region.Region).ToHashSet();
        if (named.Regions.FirstOrDefault(region => !regions.Contains(region)) is { } missing)
            throw new UsageException($"The aggregator has no region '{missing}': --add adds it.");
    }
}
