using System.Text.Json;
using System.Text.Json.Serialization;
using Aggregator.Domain;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>The archive of incidents: a document each, and an index by the second of opening, of all and of each service.</summary>
/// <remarks>A document that cannot be read, such as one of a later version, is left out and said in the log: one record must not hide the others.</remarks>
public sealed partial class IncidentStore(StoreConnection connection, ILogger<IncidentStore> logger)
{
    /// <summary>How long the part of an id is that follows its service: <c>-20250310-133120</c>.</summary>
    internal const int OpeningInId = 16;

    private const int ForgottenAtOnce = 100;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() }, RespectNullableAnnotations = true };

    private readonly StoreKeys _names = new(connection.Prefix);
    private readonly SaidOnce _unreadable = new();

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
        return document.IsNull ? null : Read(id, document);
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
        return [.. ids.Zip(documents).Where(kept => !kept.Second.IsNull).Select(kept => Read((string)kept.First!, kept.Second)).OfType<IncidentDocument>()];
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

    private IncidentDocument? Read(string id, RedisValue document)
    {
        string reason;
        try
        {
            if (JsonSerializer.Deserialize<IncidentDocument>((string)document!, Json) is { } incident && IsWhole(incident)) return incident;
            reason = "something in it is missing or malformed";
        }
        catch (JsonException error)
        {
            reason = error.Message;
        }

        if (_unreadable.Add(id)) LogUnreadable(id, reason);
        return null;
    }

    /// <summary>Whether readers find in it what they need to show it.</summary>
    private static bool IsWhole(IncidentDocument incident) =>
        ServiceKey.TryParse(incident.Service, out _) && incident.OpenedAt.Year is > 1970 and < 9000 && RegionCode.TryParse(incident.OpenedBy, out _) && IsWhole(incident.Peak)
        && !incident.Regions.IsDefault && incident.Regions.All(region => region is not null && RegionCode.TryParse(region.Region, out _) && IsWhole(region.Peak))
        && !incident.Changes.IsDefaultOrEmpty && incident.Changes.All(change => change?.Verdict is not null && RegionCode.TryParse(change.Region, out _));

    private static bool IsWhole(PeakDocument peak) => peak.Region is null || RegionCode.TryParse(peak.Region, out _);

    [LoggerMessage(LogLevel.Warning, "Incident {Id} cannot be read and is left out: {Reason}")]
    private partial void LogUnreadable(string id, string reason);
}
