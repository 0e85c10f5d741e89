using System.Collections.Immutable;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>An incident as it is kept and as it travels.</summary>
/// <remarks>Wire and storage type: ids and names are forever. Add at the end; never renumber, never reuse.</remarks>
[GenerateSerializer, Immutable, Alias("incident")]
public sealed record IncidentDocument
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string Service { get; init; }
    [Id(2)] public required DateTimeOffset OpenedAt { get; init; }
    [Id(3)] public DateTimeOffset? ResolvedAt { get; init; }
    [Id(4)] public required VerdictDocument Opening { get; init; }
    [Id(5)] public required string OpenedBy { get; init; }
    [Id(6)] public required PeakDocument Peak { get; init; }
    [Id(7)] public required ImmutableArray<IncidentRegionDocument> Regions { get; init; }
    [Id(8)] public required ImmutableArray<IncidentChangeDocument> Changes { get; init; }
    [Id(9)] public DateTimeOffset? CalmSince { get; init; }

    /// <summary>Reports by symptom from the onset on, all regions.</summary>
    [Id(10)] public ImmutableDictionary<string, long> Symptoms { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Distinct networks in the window that opened it; 0 where they are not known.</summary>
    [Id(11)] public long OpeningNetworks { get; init; }

    public static IncidentDocument From(Incident incident, ImmutableDictionary<string, long> symptoms) => new()
    {
        Id = incident.Id,
        Service = incident.Service.Value,
        OpenedAt = incident.OpenedAt,
        ResolvedAt = incident.ResolvedAt,
        Opening = VerdictDocument.From(incident.Opening),
        OpenedBy = incident.OpenedBy.Value,
        Peak = PeakDocument.From(incident.Peak),
        Regions = [.. incident.Regions.Select(region => new IncidentRegionDocument(region.Region.Value, region.Level, region.OpenedAt, PeakDocument.From(region.Peak)))],
        Changes = [.. incident.Changes.Select(change => new IncidentChangeDocument(change.Sequence, change.Kind, change.At, change.Region.Value, VerdictDocument.From(change.Verdict)))],
        CalmSince = incident.CalmSince,
        Symptoms = symptoms,
        OpeningNetworks = incident.OpeningNetworks,
    };

    public Incident ToDomain() => new(
        Id, ServiceKey.Parse(Service), OpenedAt, ResolvedAt, Opening.ToDomain(), RegionCode.Parse(OpenedBy), Peak.ToDomain(RegionCode.Parse(OpenedBy)),
        [.. Regions.Select(region => new IncidentRegion(RegionCode.Parse(region.Region), region.Level, region.OpenedAt, region.Peak.ToDomain(RegionCode.Parse(region.Region))))],
        [.. Changes.Select(change => new IncidentChange(change.Sequence, change.Kind, change.At, RegionCode.Parse(change.Region), change.Verdict.ToDomain()))],
        CalmSince, OpeningNetworks);
}

[GenerateSerializer, Immutable, Alias("incident-verdict")]
public sealed record VerdictDocument(
    [property: Id(0)] Level Level,
    [property: Id(1)] VerdictReason Reason,
    [property: Id(2)] double Observed,
    [property: Id(3)] double Expected,
    [property: Id(4)] TimeSpan Window,
    [property: Id(5)] double Score,
    [property: Id(6)] DateTimeOffset Since,
    [property: Id(7)] double Overdispersion = 0,
    [property: Id(8)] DateTimeOffset? Onset = null)
{
    public static VerdictDocument From(Verdict verdict) => new(
        verdict.Level, verdict.Reason, verdict.Observed, verdict.Expected, verdict.Window, verdict.Score, verdict.Since, verdict.Overdispersion, verdict.Onset);

    public Verdict ToDomain() => new(Level, Reason, Observed, Expected, Window, Score, Since, Overdispersion, Onset);
}

/// <param name="Verdict">None where an earlier version saved it: it kept the two numbers alone.</param>
[GenerateSerializer, Immutable, Alias("incident-peak")]
public sealed record PeakDocument(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] double Observed,
    [property: Id(2)] double Expected,
    [property: Id(3)] string? Region = null,
    [property: Id(4)] VerdictDocument? Verdict = null,
    [property: Id(5)] long Networks = 0)
{
    public static PeakDocument From(IncidentPeak peak) =>
        new(peak.At, peak.Verdict.Observed, peak.Verdict.Expected, peak.Region.Value, VerdictDocument.From(peak.Verdict), peak.Networks);

    /// <param name="otherwise">Where it was, if it does not say so.</param>
    public IncidentPeak ToDomain(RegionCode otherwise) => new(
        At, Region is null ? otherwise : RegionCode.Parse(Region),
        Verdict?.ToDomain() ?? default(Verdict) with { Level = Level.Spike, Observed = Observed, Expected = Expected, Since = At }, Networks);
}

[GenerateSerializer, Immutable, Alias("incident-region")]
public sealed record IncidentRegionDocument(
    [property: Id(0)] string Region, [property: Id(1)] Level Level, [property: Id(2)] DateTimeOffset OpenedAt, [property: Id(3)] PeakDocument Peak);

[GenerateSerializer, Immutable, Alias("incident-change")]
public sealed record IncidentChangeDocument(
    [property: Id(0)] int Sequence, [property: Id(1)] ChangeKind Kind, [property: Id(2)] DateTimeOffset At, [property: Id(3)] string Region, [property: Id(4)] VerdictDocument Verdict);
