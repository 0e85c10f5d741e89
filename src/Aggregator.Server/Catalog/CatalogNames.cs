using System.Collections.Frozen;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>A service of the catalog, with what is needed to append its reports.</summary>
internal sealed record CatalogEntry(CatalogService Service, ServiceKey Key, int Shard);

/// <summary>Finds services and regions by their names in a text, without making a string of each.</summary>
internal sealed class CatalogNames
{
    private readonly FrozenDictionary<string, CatalogEntry>.AlternateLookup<ReadOnlySpan<char>> _services;
    private readonly FrozenDictionary<string, RegionCode>.AlternateLookup<ReadOnlySpan<char>> _regions;

    public CatalogNames(IEnumerable<CatalogService> services, IEnumerable<string> regions)
    {
        _services = services.ToFrozenDictionary(service => service.Service, Entry).GetAlternateLookup<ReadOnlySpan<char>>();

        // A code of the operator's own wins over what it would be another name of.
        var known = regions.Where(region => region != RegionCode.All.Value).ToDictionary(region => region, RegionCode.Parse);
        foreach (var (alias, region) in RegionAliases.All)
        {
            if (known.TryGetValue(region, out var code)) known.TryAdd(alias, code);
        }

        _regions = known.ToFrozenDictionary().GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public CatalogEntry? Service(ReadOnlySpan<char> name) => _services.TryGetValue(name, out var entry) ? entry : null;

    /// <summary>A region that can be reported from, by its code or by another that is in use for it.</summary>
    public RegionCode? Region(ReadOnlySpan<char> code) => _regions.TryGetValue(code, out var region) ? region : null;

    private static CatalogEntry Entry(CatalogService service)
    {
        var key = ServiceKey.Parse(service.Service);
        return new(service, key, StoreKeys.ShardOf(key));
    }
}
