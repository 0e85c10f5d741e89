using Aggregator.Domain;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>The catalog as it is kept: a document per service and per region the operator added, and a version that grows with each change.</summary>
public sealed class CatalogStore(StoreConnection connection)
{
    private readonly StoreKeys _names = new(connection.Prefix);

    public async Task<long> Version() => (long?)await connection.Shared.StringGetAsync(_names.CatalogVersion) ?? 0;

    public async Task<IReadOnlyDictionary<string, string>> Services() => Read(await connection.Shared.HashGetAllAsync(_names.Catalog));

    public Task<bool> Has(ServiceKey service) => connection.Shared.HashExistsAsync(_names.Catalog, service.Value);

    public async Task<IReadOnlyDictionary<string, string>> Regions() => Read(await connection.Shared.HashGetAllAsync(_names.CatalogRegions));

    /// <summary>Fills an empty catalog; servers that start together write the same.</summary>
    public async Task Seed(IEnumerable<KeyValuePair<string, string>> services)
    {
        await connection.Shared.HashSetAsync(_names.Catalog, [.. services.Select(service => new HashEntry(service.Key, service.Value))]);
        await Changed();
    }

    /// <summary>Writes back what an emptied store has lost; servers that do so together write the same.</summary>
    public async Task Restore(IEnumerable<KeyValuePair<string, string>> services, IEnumerable<KeyValuePair<string, string>> regions, long version)
    {
        HashEntry[] added = [.. regions.Select(region => new HashEntry(region.Key, region.Value))];
        if (added.Length > 0) await connection.Shared.HashSetAsync(_names.CatalogRegions, added);
        await connection.Shared.HashSetAsync(_names.Catalog, [.. services.Select(service => new HashEntry(service.Key, service.Value))]);
        await connection.Shared.StringSetAsync(_names.CatalogVersion, version, when: When.NotExists);
        await connection.Settle();
    }

    /// <summary>Answers true where the service is new.</summary>
    public Task<bool> PutService(string service, string document) => Put(_names.Catalog, service, document);

    /// <summary>Answers false where there was none.</summary>
    public Task<bool> DeleteService(string service) => Delete(_names.Catalog, service);

    /// <inheritdoc cref="PutService"/>
    public Task<bool> PutRegion(string region, string document) => Put(_names.CatalogRegions, region, document);

    /// <inheritdoc cref="DeleteService"/>
    public Task<bool> DeleteRegion(string region) => Delete(_names.CatalogRegions, region);

    private async Task<bool> Put(string key, string field, string document)
    {
        var added = await connection.Shared.HashSetAsync(key, field, document);
        await Changed();
        return added;
    }

    private async Task<bool> Delete(string key, string field)
    {
        var deleted = await connection.Shared.HashDeleteAsync(key, field);
        await Changed();
        return deleted;
    }

    private async Task Changed()
    {
        await connection.Shared.StringIncrementAsync(_names.CatalogVersion);
        await connection.Settle();
    }

    private static Dictionary<string, string> Read(HashEntry[] entries) =>
        entries.ToDictionary(entry => (string)entry.Name!, entry => (string)entry.Value!);
}
