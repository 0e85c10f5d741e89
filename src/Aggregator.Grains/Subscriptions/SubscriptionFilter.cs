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

    /// <summary>Whether it passes, or an earlier change of the incident did: then a message that waits may have become untrue.</summary>
    public bool Concerns(IncidentDocument incident, IncidentChangeDocument change) =>
        Passes(incident, change) || incident.Changes.Any(earlier => earlier.Sequence < change.Sequence && Passes(incident, earlier));

    // An end concerns everybody who was told of a region that joined; what has no regions of its own shows in the sum of all.
    private static IEnumerable<string> RegionsOf(IncidentDocument incident, IncidentChangeDocument change)
    {
        if (change.Kind is not (ChangeKind.Resolved or ChangeKind.Noted)) return change.About.IsEmpty ? [RegionCode.All.Value] : change.About;
        var joined = incident.Regions.Select(region => region.Region);
        var showedInAll = incident.OpenedBy == RegionCode.All.Value || incident.Changes.Any(IsOpeningByAll);
        return showedInAll ? joined.Append(RegionCode.All.Value) : joined;
    }

    private static bool IsOpeningByAll(IncidentChangeDocument change) => change.Kind is ChangeKind.Opened or ChangeKind.Reopened && change.About.IsEmpty;
}
