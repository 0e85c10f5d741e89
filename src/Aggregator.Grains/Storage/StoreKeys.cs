using System.IO.Hashing;
using System.Text;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>The names of everything in the store.</summary>
/// <remarks>
/// Services are spread over <see cref="Shards"/> shards; all keys of a shard carry its <c>{hash tag}</c>, so that one script may touch
/// several services and still runs on a Redis Cluster. Changing the number of shards or the hash moves every count: it is part of the format.
/// </remarks>
public sealed class StoreKeys(string prefix)
{
    public const int Shards = 16;

    private readonly string[] _shards = [.. Enumerable.Range(0, Shards).Select(shard => $"{prefix}:{{{shard}}}:")];

    public static int ShardOf(ServiceKey service)
    {
        Span<byte> name = stackalloc byte[64];
        return (int)(XxHash32.HashToUInt32(name[..Encoding.ASCII.GetBytes(service.Value, name)]) % Shards);
    }

    /// <summary>Counters of one hour in 10-second buckets. Fields: <c>bucket:symptom</c>, <c>bucket!n</c> networks, <c>bucket!d</c> duplicates, <c>bucket!q</c> quarantined; <c>+0</c>, <c>+1</c> ... packs of such fields, <c>+</c> the last bucket in any of them.</summary>
    public string Buckets(SeriesKey series, long hour) => $"{In(series.Service)}buckets:{series}:{hour}";

    /// <summary>Minute counts of one day. Field: the hour; value: 60 counts between commas, an empty one is a gap.</summary>
    public string Minutes(SeriesKey series, long day) => $"{In(series.Service)}minutes:{series}:{day}";

    /// <summary>The regions a service was ever reported from. Field: the region; value: when last, in seconds since 1970.</summary>
    public string Regions(ServiceKey service) => $"{In(service)}regions:{service}";

    /// <summary>Reporters heard in a dedup window. Field: the reporter; value: when, in seconds since the window began.</summary>
    public string Reporters(ServiceKey service, long window) => $"{In(service)}reporters:{service}:{window}";

    /// <summary>Networks heard in a dedup window. Field: the network; value: reports counted, and the regions they came from.</summary>
    public string Networks(ServiceKey service, long window) => $"{In(service)}networks:{service}:{window}";

    /// <summary>What reporters wrote, newest first.</summary>
    public string Comments(ServiceKey service) => $"{In(service)}comments:{service}";

    /// <summary>What was answered to the batches of a page. Field: the batch.</summary>
    public string Batches(int shard, string page) => $"{prefix}:{{{shard}}}:batches:{page}";

    /// <summary>The newest bucket of which any hash of the shard holds a pack.</summary>
    public string Packed(int shard) => $"{prefix}:{{{shard}}}:packed";

    /// <summary>The services of the shard that have something left to do.</summary>
    public string Pending(int shard) => $"{prefix}:{{{shard}}}:pending";

    /// <summary>Present if <see cref="Pending"/> has been kept from the first incident on, or made up for.</summary>
    public string PendingSince(int shard) => $"{prefix}:{{{shard}}}:pending-since";

    /// <summary>Is written to find out whether the store takes writes.</summary>
    public string Probe(int shard) => $"{prefix}:{{{shard}}}:probe";

    /// <summary>One bit per 10-second bucket of a day: some server was open for reports.</summary>
    public string Open(long day) => $"{prefix}:open:{day}";

    public string Catalog => $"{prefix}:catalog:services";

    public string CatalogRegions => $"{prefix}:catalog:regions";

    public string CatalogVersion => $"{prefix}:catalog:version";

    /// <summary>The ids of all incidents by their second of opening.</summary>
    public string Incidents => $"{prefix}:incidents";

    /// <summary>The same for one service.</summary>
    public string IncidentsOf(string service) => $"{prefix}:incidents:{service}";

    public string Incident(string id) => $"{prefix}:incident:{id}";

    /// <summary>Field: a subscription; value: what it wants to hear of.</summary>
    public string Subscriptions => $"{prefix}:subscriptions";

    /// <summary>The operator's key, where the settings name none.</summary>
    public string OperatorKey => $"{prefix}:operator-key";

    /// <summary>The key that turns addresses into reporters on one day.</summary>
    public string ReporterKey(long day) => $"{prefix}:reporter-key:{day}";

    /// <summary>What operators' cookies and forms are sealed with.</summary>
    public string SealingKeys => $"{prefix}:sealing-keys";

    private string In(ServiceKey service) => _shards[ShardOf(service)];
}
