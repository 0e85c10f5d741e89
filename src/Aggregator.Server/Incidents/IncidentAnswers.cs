using Aggregator.Domain;

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
