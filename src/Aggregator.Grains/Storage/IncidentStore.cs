using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>The archive of incidents: a document each, and an index by the second of opening, of all and of each service.</summary>
public sealed class IncidentStore(StoreConnection connection)
{
    /// <summary>How long the part of an id is that follows its service: <c>-20250310-133120</c>.</summary>
    internal const int OpeningInId = 16;

    private const int ForgottenAtOnce = 100;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly StoreKeys _names = new(connection.Prefix);

    /// <summary>Writes an incident as it is now; writing it again changes nothing.</summary>
    public async Task Put(IncidentDocument incident)
    {
        await connection.Shared.StringSetAsync(_names.Incident(incident.Id), JsonSerializer.Serialize(incident, Json));
        await connection.Shared.SortedSetAddAsync(_names.Incidents, incident.Id, incident.OpenedAt.ToUnixTimeSeconds());
        await connection.Shared.SortedSetAddAsync(_names.IncidentsOf(incident.Service), incident.Id, incident.OpenedAt.ToUnixTimeSeconds());
        await connection.Settle();
    }

    public async Task<IncidentDocument?> Find(string id)
    {
        var document = await connection.Shared.StringGetAsync(_names.Incident(id));
        return document.IsNull ? null : Read(document);
    }

    /// <summary>Incidents by their moment of opening, newest first.</summary>
    /// <param name="skip">How many of the newest in that span to leave out.</param>
    /// <param name="take">How many at the most.</param>
    /// <param name="service">Of this service alone.</param>
    public async Task<IReadOnlyList<IncidentDocument>> List(DateTimeOffset? from, DateTimeOffset? to, int skip, int take, string? service = null)
    {
        var ids = await connection.Shared.SortedSetRangeByScoreAsync(
            service is null ? _names.Incidents : _names.IncidentsOf(service), from?.ToUnixTimeSeconds() ?? double.NegativeInfinity, to?.ToUnixTimeSeconds() ?? double.PositiveInfinity,
            Exclude.None, Order.Descending, skip, take);

        // One read each: on a cluster the documents live in different slots.
        var documents = await Task.WhenAll(ids.Select(id => connection.Shared.StringGetAsync(_names.Incident((string)id!))));
        return [.. documents.Where(document => !document.IsNull).Select(document => Read(document))];
    }

    /// <summary>How many incidents were opened in a span.</summary>
    public Task<long> Count(DateTimeOffset from, DateTimeOffset to, string? service = null) =>
        connection.Shared.SortedSetLengthAsync(service is null ? _names.Incidents : _names.IncidentsOf(service), from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());

    public async Task<bool> HasAny(string service) => await connection.Shared.SortedSetLengthAsync(_names.IncidentsOf(service)) > 0;

    /// <summary>Deletes all incidents of a service.</summary>
    public async Task Forget(string service)
    {
        while (await connection.Shared.SortedSetRangeByRankAsync(_names.IncidentsOf(service), 0, ForgottenAtOnce - 1) is { Length: > 0 } ids)
        {
            // The index of the service last: it says what is left to do.
            await Task.WhenAll(ids.Select(id => connection.Shared.KeyDeleteAsync(_names.Incident((string)id!))));
            await connection.Shared.SortedSetRemoveAsync(_names.Incidents, ids);
            await connection.Shared.SortedSetRemoveAsync(_names.IncidentsOf(service), ids);
        }

        await connection.Settle();
    }

    private static IncidentDocument Read(RedisValue document) => JsonSerializer.Deserialize<IncidentDocument>((string)document!, Json)!;
}
