using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>The services that have something left to do: an incident that is open or not archived, a change that is not told, a spike that may become an incident.</summary>
/// <remarks>
/// Such work must be found by itself. The catalog no longer names a service that was removed, and the last reports are too old when all servers
/// were down for days. A service is added before its state is saved and removed after, so the list may name too many services but never too few.
/// </remarks>
public sealed class PendingServices(StoreConnection connection)
{
    private readonly StoreKeys _names = new(connection.Prefix);

    public async Task<IReadOnlyList<ServiceKey>> Of(int shard) =>
        [.. (await connection.Shared.SetMembersAsync(_names.Pending(shard))).Select(service => ServiceKey.Parse((string)service!))];

    public async Task Add(ServiceKey service)
    {
        await connection.Shared.SetAddAsync(_names.Pending(StoreKeys.ShardOf(service)), service.Value);
        await connection.Settle();
    }

    public async Task Remove(ServiceKey service)
    {
        await connection.Shared.SetRemoveAsync(_names.Pending(StoreKeys.ShardOf(service)), service.Value);
        await connection.Settle();
    }

    /// <summary>Adds every service that ever had an incident, once: a server of an earlier version did not keep this list.</summary>
    public async Task AddFromArchive(int shard)
    {
        if (await connection.Shared.KeyExistsAsync(_names.PendingSince(shard))) return;

        // An incident's id is its service and the second of its opening.
        var ids = await connection.Shared.SortedSetRangeByRankAsync(_names.Incidents);
        var services = ids.Select(id => ServiceKey.Parse(((string)id!)[..^IncidentStore.OpeningInId])).Where(service => StoreKeys.ShardOf(service) == shard).Distinct();
        foreach (var service in services) await connection.Shared.SetAddAsync(_names.Pending(shard), service.Value);
        await connection.Shared.StringSetAsync(_names.PendingSince(shard), 1);
        await connection.Settle();
    }
}
