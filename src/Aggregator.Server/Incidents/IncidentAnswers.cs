using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>One incident as it is told.</summary>
public sealed record IncidentAnswer(
    string Id, string Service, IncidentState State, DateTimeOffset OpenedAt, DateTimeOffset? ResolvedAt, PeakAnswer Peak,
    IReadOnlyList<IncidentRegionAnswer> Regions, IReadOnlyDictionary<string, long> Symptoms, EvidenceAnswer Evidence,
    IReadOnlyList<IncidentChangeAnswer> Changes, IReadOnlyDictionary<string, string> Links);

/// <summary>The worst moment.</summary>
public sealed record PeakAnswer(DateTimeOffset At, double Observed, double Expected);

/// <summary>A region while it took part, or since.</summary>
public sealed record IncidentRegionAnswer(string Region, Level Level, DateTimeOffset OpenedAt, PeakAnswer Peak);

/// <summary>The arithmetic that opened it.</summary>
public sealed record EvidenceAnswer(string Region, VerdictReason Reason, double Observed, double Expected, double Ratio, double Score, DateTimeOffset Onset);

/// <summary>One step of its story.</summary>
public sealed record IncidentChangeAnswer(int Sequence, ChangeKind Kind, DateTimeOffset At, string Region, double Observed, double Expected);

/// <summary>Incidents, newest first.</summary>
public sealed record IncidentsAnswer(IReadOnlyList<IncidentAnswer> Incidents, string? Next);

internal static class IncidentAnswers
{
    public static IncidentAnswer From(IncidentDocument incident)
    {
        var opening = incident.Opening;
        return new(
            incident.Id, incident.Service, incident.ResolvedAt is null ? IncidentState.Open : IncidentState.Resolved, incident.OpenedAt, incident.ResolvedAt,
            From(incident.Peak),
            [.. incident.Regions.Select(region => new IncidentRegionAnswer(region.Region, region.Level, region.OpenedAt, From(region.Peak)))],
            incident.Symptoms,
            new(incident.OpenedBy, opening.Reason, opening.Observed, Round(opening.Expected), Round(opening.Observed / Math.Max(opening.Expected, 0.01)), Round(opening.Score), opening.Since),
            [.. incident.Changes.Select(change => new IncidentChangeAnswer(change.Sequence, change.Kind, change.At, change.Region, change.Verdict.Observed, Round(change.Verdict.Expected)))],
            new Dictionary<string, string> { ["json"] = $"/v1/incidents/{incident.Id}" });
    }

    private static PeakAnswer From(PeakDocument peak) => new(peak.At, peak.Observed, Round(peak.Expected));

    private static double Round(double value) => Math.Round(value, 2);
}
