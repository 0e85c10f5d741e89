using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>What the front page shows of one moment: what is not as usual, worst first, by service and by region.</summary>
/// <param name="At">When this was true: now, unless nothing is seen any more.</param>
/// <param name="Region">The region that was asked for; none where it is the world.</param>
/// <param name="Services">In trouble: spikes first, in the region that was asked for.</param>
/// <param name="Elsewhere">In trouble, but not in the region that was asked for.</param>
/// <param name="Unseen">Out of sight; empty where everything is.</param>
/// <param name="Blind">Everything is out of sight.</param>
/// <param name="Regions">Whatever was asked for: the map shows all of them.</param>
/// <param name="Easing">Whatever is in trouble is so less and less.</param>
public sealed record FrontView(
    DateTimeOffset At, CatalogRegion? Region, string Heading, string? Banner,
    IReadOnlyList<ServiceTrouble> Services, IReadOnlyList<CatalogName> Elsewhere, IReadOnlyList<CatalogName> Unseen, bool Blind, IReadOnlyList<RegionTrouble> Regions, bool Easing);

/// <summary>A service by its key and its name.</summary>
public sealed record CatalogName(string Service, string Name);

/// <summary>A service that is not as usual.</summary>
/// <param name="Regions">Where, worst first; none where it is a little everywhere.</param>
/// <param name="Evidence">The arithmetic of the region, or of the sum of all, that says most.</param>
/// <param name="Since">The earliest onset among those at its level.</param>
public sealed record ServiceTrouble(
    string Service, string Name, Level Level, IReadOnlyList<CatalogRegion> Regions, SpikeAnswer Evidence, DateTimeOffset Since, IReadOnlyList<long> Spark, double Expected15m);

/// <summary>A region in which something is not as usual; <c>ALL</c> where that shows in the sum of all.</summary>
/// <param name="Level">The worst of its services.</param>
/// <param name="Services">Worst first.</param>
public sealed record RegionTrouble(string Region, string Name, Level Level, IReadOnlyList<CatalogName> Services)
{
    public bool OnMap => MapSpot.Has(Region);

    public bool IsSum => Region == RegionCode.All.Value;
}

/// <summary>A region on the map that is not as usual.</summary>
/// <param name="Label">The same in words.</param>
public sealed record MapSpot(string Region, Level Level, string Label)
{
    /// <summary>ISO codes have two letters; others, and the one that says "somewhere", are in the list alone.</summary>
    public static bool Has(string region) => region.Length == 2 && region != RegionCode.Elsewhere.Value;
}

/// <summary>Puts together the front page.</summary>
internal sealed class FrontReader(ServiceReader reader, Catalog catalog, TimeProvider clock)
{
    public FrontView Read(CatalogRegion? region)
    {
        var spikes = reader.Spikes(service: null, region: null, [Level.Spike, Level.Elevated, Level.Unknown]);
        var services = reader.List(search: null, levels: null, cursor: 0, limit: int.MaxValue - 1).Services;
        var names = services.ToDictionary(service => service.Service, service => new CatalogName(service.Service, service.Name));
        var known = spikes.Spikes.Where(spike => names.ContainsKey(spike.Service)).ToArray();
        var hit = known.Where(spike => spike.Level > Level.Unknown && (region is null || spike.Region == region.Region)).ToLookup(spike => spike.Service);
        var troubled = services.Where(service => service.Level > Level.Unknown).ToArray();
        var unseen = services.Where(service => service.Level == Level.Unknown).ToArray();
        var blind = unseen.Length == services.Count && unseen.Length > 0;

        var easing = reader.Easing();
        ServiceTrouble[] here = [.. troubled.Where(service => hit.Contains(service.Service)).Select(service => Trouble(service, [.. hit[service.Service]]))];
        if (region is not null) here = [.. here.OrderByDescending(service => service.Level).ThenByDescending(service => service.Evidence.Score)];
        return new(
            blind ? spikes.At : clock.GetUtcNow(), region, region is null ? Wording.Front(services, easing) : Wording.Front(region.Name, here, blind, unseen.Length > 0 || known.Any(spike => spike.Level == Level.Unknown && spike.Region == region.Region)),
            Wording.Blindness(unseen.Length, services.Count), here,
            [.. troubled.Where(service => !hit.Contains(service.Service)).Select(service => names[service.Service])],
            blind ? [] : [.. unseen.Select(service => names[service.Service])], blind,
            Places(known, names), here.Length > 0 && here.All(service => service.Level == Level.Spike && (region is null ? easing.Contains(service.Service) : Wording.Eases(service.Evidence))));
    }

    /// <summary>By region. The sum of all is a place only for what shows in no other.</summary>
    private RegionTrouble[] Places(SpikeAnswer[] spikes, Dictionary<string, CatalogName> names)
    {
        var somewhere = spikes.Where(spike => spike.Region != RegionCode.All.Value).Select(spike => spike.Service).ToHashSet();
        return
        [
            .. from spike in spikes
               where spike.Region != RegionCode.All.Value || !somewhere.Contains(spike.Service)
               group spike by spike.Region into there
               orderby there.Max(spike => spike.Level) descending, there.Max(spike => spike.Score) descending, there.Key
               select new RegionTrouble(there.Key, NameOf(there.Key), there.Max(spike => spike.Level), [.. there.Select(spike => names[spike.Service])]),
        ];
    }

    private ServiceTrouble Trouble(ServiceSummary service, SpikeAnswer[] spikes)
    {
        var level = spikes[0].Level;
        var worst = spikes.Where(spike => spike.Level == level).ToArray();
        return new(
            service.Service, service.Name, level,
            [.. worst.Where(spike => spike.Region != RegionCode.All.Value).Select(spike => new CatalogRegion(spike.Region, NameOf(spike.Region)))],
            spikes[0], worst.Min(spike => spike.Onset ?? spike.Since), service.Spark, service.Expected15m);
    }

    private string NameOf(string region) => region is "ALL" or "ZZ" ? Wording.Say($"region.{region}") : catalog.NameOf(region);
}
