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

    /// <summary>More regions are in spike.</summary>
    [JsonStringEnumMemberName("spread")]
    Spread,

    /// <summary>Fewer regions are in spike; others still are. They may be no more than elevated, which is degraded, or calm.</summary>
    [JsonStringEnumMemberName("receded")]
    Receded,

    /// <summary>Calm was held everywhere: the incident ended. Its verdict says if that is because the trouble <see cref="VerdictReason.BecameUsual"/>.</summary>
    [JsonStringEnumMemberName("resolved")]
    Resolved,

    /// <summary>A spike was held again soon after it was resolved: another wave of the same incident.</summary>
    [JsonStringEnumMemberName("reopened")]
    Reopened,

    /// <summary>The operator said something about it.</summary>
    [JsonStringEnumMemberName("noted")]
    Noted,
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
/// <param name="Region">Whose verdict it is: of several regions the one that was first.</param>
/// <param name="Regions">All regions it is about; none where it is the sum of all alone.</param>
public sealed record IncidentChange(int Sequence, ChangeKind Kind, DateTimeOffset At, RegionCode Region, Verdict Verdict, ImmutableArray<RegionCode> Regions);

/// <summary>The operator's word on an incident.</summary>
/// <param name="Sequence">That of the change it was told by.</param>
/// <param name="Source">Where it was said first: an http or https address.</param>
public sealed record IncidentNote(int Sequence, DateTimeOffset At, string Text, string? Source);

/// <summary>A span of one service: opened by a held spike, resolved by held calm, opened again by a further wave soon after.</summary>
/// <param name="Id">Stable, readable and unique: the service and the second of opening, <c>x-20250310-133120</c>.</param>
/// <param name="Opening">The verdict that opened it.</param>
/// <param name="OpeningNetworks">Distinct networks since the onset, as known then; 0 where they are not known.</param>
/// <param name="Regions">The regions that take or took part, in the order they joined; the sum of all is not one of them.</param>
/// <param name="Changes">Its story, at most the last 200 steps.</param>
/// <param name="CalmSince">Since when no region is in spike; none while one is.</param>
/// <param name="Waves">How often it was opened; 1 for the first time.</param>
/// <param name="BlindSince">Since when nobody can say whether it goes on, because a region is out of sight; none while that is known.</param>
public sealed partial record Incident(
    string Id, ServiceKey Service, DateTimeOffset OpenedAt, DateTimeOffset? ResolvedAt, Verdict Opening, RegionCode OpenedBy, IncidentPeak Peak,
    ImmutableArray<IncidentRegion> Regions, ImmutableArray<IncidentChange> Changes, DateTimeOffset? CalmSince, long OpeningNetworks = 0,
    int Waves = 1, DateTimeOffset? BlindSince = null, ImmutableArray<IncidentNote> Notes = default)
{
    /// <summary>At most this many notes are kept.</summary>
    public const int NotesAtMost = 100;

    /// <summary>What the operator said, oldest first.</summary>
    public ImmutableArray<IncidentNote> Notes { get; init; } = Notes.IsDefault ? [] : Notes;

    public IncidentState State => ResolvedAt is null ? IncidentState.Open : IncidentState.Resolved;
}
