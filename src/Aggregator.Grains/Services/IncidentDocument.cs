using System.Collections.Immutable;
using System.Text.Json.Serialization;
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

    /// <summary>How often it was opened.</summary>
    [Id(12)] public int Waves { get; init; } = 1;

    [Id(13)] public DateTimeOffset? BlindSince { get; init; }

    /// <summary>None where an earlier version saved it.</summary>
    [Id(14), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<IncidentNoteDocument> Notes { get; init; } = [];

    /// <summary>Reports since the onset that were not counted because their reporter had been heard.</summary>
    [Id(15)] public long Duplicates { get; init; }

    /// <summary>Reports since the onset that were not counted because their network had given its share.</summary>
    [Id(16)] public long Quarantined { get; init; }

    /// <param name="told">What its regions tell of the reports behind it.</param>
    public static IncidentDocument From(Incident incident, ReportsBehind told) => new()
    {
        Id = incident.Id,
        Service = incident.Service.Value,
        OpenedAt = incident.OpenedAt,
        ResolvedAt = incident.ResolvedAt,
        Opening = VerdictDocument.From(incident.Opening),
        OpenedBy = incident.OpenedBy.Value,
        Peak = PeakDocument.From(incident.Peak),
        Regions = [.. incident.Regions.Select(region => new IncidentRegionDocument(region.Region.Value, region.Level, region.OpenedAt, PeakDocument.From(region.Peak), region.Receded))],
        Changes = [.. incident.Changes.Select(change => new IncidentChangeDocument(change.Sequence, change.Kind, change.At, change.Region.Value, VerdictDocument.From(change.Verdict), [.. change.Regions.Select(region => region.Value)]))],
        CalmSince = incident.CalmSince,
        Symptoms = told.Symptoms,
        Duplicates = told.Duplicates,
        Quarantined = told.Quarantined,
        OpeningNetworks = incident.OpeningNetworks,
        Waves = incident.Waves,
        BlindSince = incident.BlindSince,
        Notes = [.. incident.Notes.Select(note => new IncidentNoteDocument(note.Sequence, note.At, note.Text, note.Source))],
    };

    public Incident ToDomain() => new(
        Id, ServiceKey.Parse(Service), OpenedAt, ResolvedAt, Opening.ToDomain(), RegionCode.Parse(OpenedBy), Peak.ToDomain(RegionCode.Parse(OpenedBy)),
        [.. Regions.Select(region => new IncidentRegion(RegionCode.Parse(region.Region), region.Level, region.OpenedAt, region.Peak.ToDomain(RegionCode.Parse(region.Region)), region.Receded))],
        [.. Changes.Select(change => new IncidentChange(change.Sequence, change.Kind, change.At, RegionCode.Parse(change.Region), change.Verdict.ToDomain(), [.. change.About.Select(RegionCode.Parse)]))],
        CalmSince, OpeningNetworks, Waves, BlindSince,
        Notes.IsDefault ? [] : [.. Notes.Select(note => new IncidentNote(note.Sequence, note.At, note.Text, note.Source))]);

    /// <summary>The reports behind it, as last told.</summary>
    public ReportsBehind Behind => new(Symptoms, Duplicates, Quarantined);
}

/// <summary>The reports behind an incident, since its onset.</summary>
public readonly record struct ReportsBehind(ImmutableDictionary<string, long> Symptoms, long Duplicates, long Quarantined);

[GenerateSerializer, Immutable, Alias("incident-note")]
public sealed record IncidentNoteDocument(
    [property: Id(0)] int Sequence, [property: Id(1)] DateTimeOffset At, [property: Id(2)] string Text, [property: Id(3)] string? Source);

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
    [property: Id(0)] string Region, [property: Id(1)] Level Level, [property: Id(2)] DateTimeOffset OpenedAt, [property: Id(3)] PeakDocument Peak,
    [property: Id(4)] bool Receded = false);

/// <param name="Regions">None where an earlier version saved it: then it is about its one region.</param>
[GenerateSerializer, Immutable, Alias("incident-change")]
public sealed record IncidentChangeDocument(
    [property: Id(0)] int Sequence, [property: Id(1)] ChangeKind Kind, [property: Id(2)] DateTimeOffset At, [property: Id(3)] string Region, [property: Id(4)] VerdictDocument Verdict,
    [property: Id(5), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] ImmutableArray<string> Regions = default)
{
    /// <summary>The regions it is about; none where it is the sum of all alone.</summary>
    [JsonIgnore]
    public ImmutableArray<string> About => !Regions.IsDefault ? Regions : Region == RegionCode.All.Value ? [] : [Region];
}
