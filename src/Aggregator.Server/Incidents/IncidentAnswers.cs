using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>One incident as it is told.</summary>
/// <param name="Peak">Its worst moment.</param>
/// <param name="Evidence">The arithmetic that opened it.</param>
/// <param name="Waves">How often it was opened.</param>
/// <param name="BlindSince">Since when nobody can say whether it goes on, because a region is out of sight.</param>
/// <param name="DetectedAfterSeconds">From the estimated onset to the opening; none where the onset is not known.</param>
/// <param name="Duplicates">Reports since the onset that were not counted because their reporter had been heard.</param>
/// <param name="Quarantined">Reports since the onset that were not counted because their network had given its share.</param>
public sealed record IncidentAnswer(
    string Id, string Service, IncidentState State, DateTimeOffset OpenedAt, DateTimeOffset? ResolvedAt, PeakAnswer Peak,
    IReadOnlyList<IncidentRegionAnswer> Regions, IReadOnlyDictionary<string, long> Symptoms, EvidenceAnswer Evidence,
    IReadOnlyList<IncidentChangeAnswer> Changes, IReadOnlyList<NoteAnswer> Notes, int Waves, DateTimeOffset? BlindSince, double? DetectedAfterSeconds,
    long Duplicates, long Quarantined, IReadOnlyList<RelatedAnswer> Related, IReadOnlyDictionary<string, string> Links)
{
    /// <summary>It ended because what it was is the usual now, and not because anything went back.</summary>
    internal bool BecameUsual =>
        State == IncidentState.Resolved && Changes.LastOrDefault(change => change.Kind == ChangeKind.Resolved)?.Reason == VerdictReason.BecameUsual;
}

/// <summary>The worst moment, with its arithmetic as in the evidence.</summary>
public sealed record PeakAnswer(
    DateTimeOffset At, double Observed, double Expected, double? Ratio, UsualAnswer? Usual, string? Window, long Networks, DateTimeOffset? Onset,
    double Score, ChanceAnswer? Chance, string Sentence);

/// <summary>A region while it took part, or since.</summary>
public sealed record IncidentRegionAnswer(string Region, Level Level, DateTimeOffset OpenedAt, PeakAnswer Peak);

/// <summary>One step of its story.</summary>
/// <param name="Region">Whose level and numbers these are.</param>
/// <param name="Regions">All regions it is about.</param>
/// <param name="Reason">Why the level was what it was; of an end <see cref="VerdictReason.BecameUsual"/> if nothing went back.</param>
public sealed record IncidentChangeAnswer(
    int Sequence, ChangeKind Kind, DateTimeOffset At, string Region, IReadOnlyList<string> Regions, Level Level, VerdictReason Reason, double Observed, double Expected);

/// <summary>The operator's word.</summary>
/// <param name="Source">Where it was said first.</param>
public sealed record NoteAnswer(int Sequence, DateTimeOffset At, string Text, string? Source);

/// <summary>Incidents, newest first.</summary>
public sealed record IncidentsAnswer(IReadOnlyList<IncidentAnswer> Incidents, string? Next);

internal static class IncidentAnswers
{
    public static IncidentAnswer From(IncidentDocument incident)
    {
        var opener = RegionCode.Parse(incident.OpenedBy);
        return new(
            incident.Id, incident.Service, incident.ResolvedAt is null ? IncidentState.Open : IncidentState.Resolved, incident.OpenedAt, incident.ResolvedAt,
            From(incident.Peak, opener),
            [.. incident.Regions.Select(region => new IncidentRegionAnswer(region.Region, region.Level, region.OpenedAt, From(region.Peak, RegionCode.Parse(region.Region))))],
            incident.Symptoms,
            EvidenceAnswer.Then(incident.OpenedBy, WithOnset(incident.Opening), incident.OpeningNetworks, incident.OpenedAt),
            [.. incident.Changes.Select(From)],
            incident.Notes.IsDefault ? [] : [.. incident.Notes.Select(From)],
            incident.Waves, incident.BlindSince, WithOnset(incident.Opening).Onset is { } onset ? (incident.OpenedAt - onset).TotalSeconds : null,
            incident.Duplicates, incident.Quarantined, [],
            new Dictionary<string, string>
            {
                ["html"] = $"/incidents/{incident.Id}",
                ["json"] = $"/v1/incidents/{incident.Id}.json",
                ["xml"] = $"/v1/incidents/{incident.Id}.xml",
            });
    }

    private static IncidentChangeAnswer From(IncidentChangeDocument change) => new(
        change.Sequence, change.Kind, change.At, change.Region, change.About, change.Verdict.Level, change.Verdict.Reason, change.Verdict.Observed,
        Round(change.Verdict.Expected));

    // An earlier version took notes with characters that XML cannot carry.
    private static NoteAnswer From(IncidentNoteDocument note) =>
        new(note.Sequence, note.At, XmlText.Clean(note.Text), note.Source is { } source ? XmlText.Clean(source) : null);

    private static PeakAnswer From(PeakDocument document, RegionCode region)
    {
        var peak = document.ToDomain(region);
        var evidence = EvidenceAnswer.Then(peak.Region.Value, peak.Verdict, peak.Networks, peak.At);
        return new(
            peak.At, evidence.Observed, evidence.Expected, evidence.Ratio, evidence.Usual, evidence.Window, evidence.Networks, evidence.Onset,
            evidence.Score, evidence.Chance, evidence.Sentence);
    }

    // What an earlier version saved has its onset in the moment since when it was a spike.
    private static Verdict WithOnset(VerdictDocument opening) => opening.ToDomain() with { Onset = opening.Onset ?? opening.Since };

    private static double Round(double value) => Math.Round(value, 2);
}
