using Aggregator.Grains;
using StackExchange.Redis;

namespace Aggregator.Server;

/// <summary>Why another incident may have to do with one.</summary>
public enum RelatedReason
{
    /// <summary>The same service, within a week before.</summary>
    SameServiceBefore,

    /// <summary>Another service that was in trouble in some of the same regions at the same time: that is no proof of a common cause.</summary>
    SameTimeAndRegions,
}

/// <param name="Reason">Why it is listed.</param>
/// <param name="Regions">The regions that both name.</param>
public sealed record RelatedAnswer(string Id, string Service, DateTimeOffset OpenedAt, DateTimeOffset? ResolvedAt, RelatedReason Reason, IReadOnlyList<string> Regions, string Html);

/// <summary>Reads incidents: what is open from memory, what is over from the archive.</summary>
/// <remarks>Throws <see cref="RedisException"/> or <see cref="TimeoutException"/> while the archive is out of reach and what is asked for is not open.</remarks>
internal sealed class IncidentReader(IncidentStore archive, SnapshotCache snapshots, TimeProvider clock)
{
    private const int PastAtMost = 10;
    private const int RelatedAtMost = 20;
    private const int LookedThrough = 500;
    private static readonly TimeSpan Before = TimeSpan.FromDays(7);
    private static readonly TimeSpan Around = TimeSpan.FromMinutes(30);

    /// <summary>What is open, by id.</summary>
    public Dictionary<string, IncidentDocument> Open() =>
        snapshots.Latest.Services.Values.Select(standing => standing.OpenIncident).OfType<IncidentDocument>().ToDictionary(incident => incident.Id);

    public async Task<IncidentDocument?> Find(string id) => Open().GetValueOrDefault(id) ?? await archive.Find(id);

    /// <summary>Opened within a span, newest first.</summary>
    public async Task<IReadOnlyList<IncidentDocument>> Between(DateTimeOffset from, DateTimeOffset to, int atMost, string? service = null)
    {
        var open = Open();
        return [.. (await archive.List(from, to, 0, atMost, service)).Select(incident => open.GetValueOrDefault(incident.Id, incident))];
    }

    /// <summary>The last that are over; none while the archive is out of reach.</summary>
    public async Task<IReadOnlyList<IncidentAnswer>> Past(string service)
    {
        try
        {
            return [.. (await archive.List(null, null, 0, PastAtMost, service)).Where(incident => incident.ResolvedAt is not null).Select(IncidentAnswers.From)];
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return [];
        }
    }

    /// <summary>One incident with those that may have to do with it.</summary>
    public async Task<IncidentAnswer> Answer(IncidentDocument incident) => IncidentAnswers.From(incident) with { Related = await Related(incident) };

    private async Task<IReadOnlyList<RelatedAnswer>> Related(IncidentDocument incident)
    {
        try
        {
            var end = incident.ResolvedAt ?? clock.GetUtcNow();
            var near = await Between(incident.OpenedAt - Before, end + Around, LookedThrough);
            return [.. near.Where(other => other.Id != incident.Id).Select(other => Relation(incident, other, end)).OfType<RelatedAnswer>()
                .OrderByDescending(related => related.Reason).ThenByDescending(related => related.Regions.Count).Take(RelatedAtMost)];
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return [];
        }
    }

    private static RelatedAnswer? Relation(IncidentDocument incident, IncidentDocument other, DateTimeOffset end)
    {
        List<string> shared = [.. incident.Regions.Select(region => region.Region).Intersect(other.Regions.Select(region => region.Region)).Order(StringComparer.Ordinal)];
        if (other.Service == incident.Service)
            return other.OpenedAt < incident.OpenedAt ? Of(RelatedReason.SameServiceBefore) : null;

        var together = other.OpenedAt - Around <= end && incident.OpenedAt - Around <= (other.ResolvedAt ?? DateTimeOffset.MaxValue);
        return together && shared.Count > 0 && other.OpenedAt >= incident.OpenedAt - Before ? Of(RelatedReason.SameTimeAndRegions) : null;

        RelatedAnswer Of(RelatedReason reason) => new(other.Id, other.Service, other.OpenedAt, other.ResolvedAt, reason, shared, $"/incidents/{other.Id}");
    }
}
