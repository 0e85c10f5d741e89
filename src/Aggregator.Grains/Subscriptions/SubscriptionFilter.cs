using System.Collections.Immutable;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>What a subscriber wants to hear of; an empty list wants everything.</summary>
/// <param name="Services">Services.</param>
/// <param name="Regions">Regions; <c>ALL</c> is what shows only in the sum of all.</param>
/// <param name="Events">Kinds of change.</param>
/// <param name="MinLevel">The least level of what a change tells; the end of an incident and the operator's notes always pass.</param>
[GenerateSerializer, Immutable, Alias("subscription-filter")]
public sealed record SubscriptionFilter(
    [property: Id(0)] ImmutableArray<string> Services,
    [property: Id(1)] ImmutableArray<string> Regions,
    [property: Id(2)] ImmutableArray<ChangeKind> Events,
    [property: Id(3)] Level MinLevel)
{
    public bool Passes(IncidentDocument incident, IncidentChangeDocument change) =>
        (Services.IsEmpty || Services.Contains(incident.Service))
        && (Events.IsEmpty || Events.Contains(change.Kind))
        && (Regions.IsEmpty || RegionsOf(incident, change).Any(Regions.Contains))
        && (change.Kind is ChangeKind.Resolved or ChangeKind.Noted || change.Verdict.Level >= MinLevel);

    // Whoever heard that a region joined hears that it is over; and what has no regions of its own shows in the sum of all.
    private static IEnumerable<string> RegionsOf(IncidentDocument incident, IncidentChangeDocument change)
    {
        if (change.Kind is not (ChangeKind.Resolved or ChangeKind.Noted)) return change.About.IsEmpty ? [RegionCode.All.Value] : change.About;
        var joined = incident.Regions.Select(region => region.Region);
        return incident.OpenedBy == RegionCode.All.Value ? joined.Append(RegionCode.All.Value) : joined;
    }
}
