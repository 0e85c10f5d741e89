using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Aggregator.Domain;

public enum IncidentState
{
    /// <summary>It goes on, or calm has not held for long enough.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>Calm has held.</summary>
    [JsonStringEnumMemberName("resolved")]
    Resolved,
}

/// <summary>What can happen to an incident; each is told once.</summary>
public enum ChangeKind
{
    /// <summary>A spike was held: the incident began.</summary>
    [JsonStringEnumMemberName("opened")]
    Opened,

    /// <summary>One more region is in spike.</summary>
    [JsonStringEnumMemberName("spread")]
    Spread,

    /// <summary>One region fewer is in spike; others still are.</summary>
    [JsonStringEnumMemberName("receded")]
    Receded,

    /// <summary>Calm was held everywhere: the incident ended.</summary>
    [JsonStringEnumMemberName("resolved")]
    Resolved,
}

/// <summary>The worst moment of an incident or of a region in it: when the most reports beyond the usual came in per second.</summary>
/// <param name="Region">Where it was: a region, or <see cref="RegionCode.All"/>.</param>
/// <param name="Verdict">What was said of it then.</param>
/// <param name="Networks">Distinct networks since the onset, in the last half hour at most; 0 where they are not known.</param>
public sealed record IncidentPeak(DateTimeOffset At, RegionCode Region, Verdict Verdict, long Networks = 0);

/// <summary>One region's part in an incident.</summary>
/// <param name="Level">Its level as last heard.</param>
/// <param name="OpenedAt">When it first took part.</param>
/// <param name="Peak">Its worst moment.</param>
/// <param name="Receded">It was told to have receded, and has not spread again since.</param>
public sealed record IncidentRegion(
    RegionCode Region, Level Level, DateTimeOffset OpenedAt, IncidentPeak Peak, bool Receded = false);

/// <summary>One step of an incident's story.</summary>
/// <param name="Sequence">1 for the first; grows by one.</param>
public sealed record IncidentChange(int Sequence, ChangeKind Kind, DateTimeOffset At, RegionCode Region, Verdict Verdict);

/// <summary>A span of one service: opened by a held spike, resolved by held calm.</summary>
/// <param name="Id">Stable, readable and unique: the service and the second of opening, <c>x-20250310-133120</c>.</param>
/// <param name="Opening">The verdict that opened it.</param>
/// <param name="OpeningNetworks">Distinct networks since the onset, as known then; 0 where they are not known.</param>
/// <param name="Regions">The regions that take or took part, in the order they joined; the sum of all is not one of them.</param>
/// <param name="Changes">Its story, at most the last 200 steps.</param>
/// <param name="CalmSince">Since when no region is in spike; none while one is.</param>
public sealed partial record Incident(
    string Id, ServiceKey Service, DateTimeOffset OpenedAt, DateTimeOffset? ResolvedAt, Verdict Opening, RegionCode OpenedBy, IncidentPeak Peak,
    ImmutableArray<IncidentRegion> Regions, ImmutableArray<IncidentChange> Changes, DateTimeOffset? CalmSince, long OpeningNetworks = 0)
{
    public IncidentState State => ResolvedAt is null ? IncidentState.Open : IncidentState.Resolved;
}
