using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>One service in the list: how it is, in a line.</summary>
/// <param name="Service">Its key.</param>
/// <param name="Name">Its name as people write it.</param>
/// <param name="Level">The worst level of its regions and of their sum.</param>
/// <param name="Reports15m">Counted reports of all regions in the last 15 minutes.</param>
/// <param name="Expected15m">Reports that are usual in 15 minutes at this hour of the week.</param>
/// <param name="RegionsInSpike">How many regions are at <see cref="Level.Spike"/>.</param>
/// <param name="Incident">The id of the open incident, if there is one.</param>
/// <param name="Spark">Reports of all regions in 24 steps of 15 minutes, oldest first.</param>
public sealed record ServiceSummary(
    string Service, string Name, Level Level, long Reports15m, double Expected15m, int RegionsInSpike, string? Incident, IReadOnlyList<long> Spark);

/// <summary>All services, worst first.</summary>
public sealed record ServicesAnswer(DateTimeOffset At, IReadOnlyList<ServiceSummary> Services, string? Next);

/// <summary>One service in full.</summary>
/// <param name="At">When this was true.</param>
/// <param name="Category">What kind of service it is.</param>
/// <param name="Homepage">Its own site.</param>
/// <param name="Reason">Why the sum of all regions has its level.</param>
/// <param name="Since">Since when the service has its level.</param>
/// <param name="Reports">Counted reports per window (1m, 5m, 15m, 1h, 24h), all regions.</param>
/// <param name="Expected">What is usual for the same windows.</param>
/// <param name="Symptoms">Reports of the last hour by symptom; every symptom of the catalog has a row.</param>
/// <param name="OpenIncident">The open incident, if there is one.</param>
/// <param name="Evidence">The arithmetic of its level: that of the region, or of the sum of all, which says most.</param>
/// <param name="ShowsComments">Whether everybody may read what reporters write.</param>
/// <param name="Aliases">Other names that people search for it by.</param>
public sealed record ServiceAnswer(
    DateTimeOffset At, string Service, string Name, string Category, string? Homepage,
    Level Level, VerdictReason Reason, DateTimeOffset Since, long Reports15m, double Expected15m, int RegionsInSpike, string? Incident,
    IReadOnlyDictionary<string, long> Reports, IReadOnlyDictionary<string, double> Expected,
    IReadOnlyDictionary<string, long> Symptoms, IReadOnlyList<long> Spark, IncidentAnswer? OpenIncident, EvidenceAnswer Evidence, bool ShowsComments, IReadOnlyList<string> Aliases);

/// <summary>One region of a service.</summary>
/// <param name="Since">Since when it has its level; for a spike, the estimated onset.</param>
/// <param name="Symptoms">Reports of the last hour by symptom.</param>
/// <param name="Networks">Distinct networks heard in the last dedup window.</param>
/// <param name="Evidence">The arithmetic of its level.</param>
public sealed record RegionAnswer(
    string Region, string Name, Level Level, VerdictReason Reason, DateTimeOffset Since,
    IReadOnlyDictionary<string, long> Reports, IReadOnlyDictionary<string, double> Expected,
    IReadOnlyDictionary<string, long> Symptoms, long Networks, EvidenceAnswer Evidence);

/// <summary>The regions of a service that anybody reported from, worst first.</summary>
public sealed record RegionsAnswer(DateTimeOffset At, string Service, IReadOnlyList<RegionAnswer> Regions);

/// <summary>Counts along time. A gap (nobody could report) is a null.</summary>
public sealed record SeriesAnswer(
    string Service, string Region, string Interval, IReadOnlyList<SeriesPoint> Points, IReadOnlyDictionary<string, long> Symptoms);

/// <summary>One step of a series: it begins at <paramref name="At"/>.</summary>
/// <param name="Usual">What such a step holds in 95 cases of 100.</param>
public sealed record SeriesPoint(DateTimeOffset At, long? Reports, double? Expected, UsualAnswer? Usual);

/// <summary>What is spiking (or elevated, or out of sight) right now.</summary>
/// <param name="Complete">False while something is out of sight: what is not listed may spike all the same. <c>level=Unknown</c> lists what is.</param>
public sealed record SpikesAnswer(DateTimeOffset At, IReadOnlyList<SpikeAnswer> Spikes, bool Complete);

/// <summary>One region of one service that is not at its usual level.</summary>
/// <param name="Observed">Reports in the window that decided.</param>
/// <param name="Expected">Reports that are usual for that window.</param>
/// <param name="Ratio">Observed over expected; none where nothing is expected.</param>
/// <param name="Networks">Distinct networks since the onset, in the last half hour at most; without an onset, in that window. 0 where they are not known.</param>
/// <param name="Usual">What that window holds in 95 cases of 100.</param>
/// <param name="Window">The window that decided: <c>30s</c>, <c>5m</c>, <c>4h</c>.</param>
/// <param name="Onset">When the trouble began, as far as it can be told; <c>since</c> is when the level was taken.</param>
/// <param name="Score">How sure: a log likelihood ratio, 0 or more.</param>
/// <param name="Chance">How often chance alone gets so far in one series; none where it does so all the time, or nothing is known of it yet.</param>
/// <param name="Sentence">The same for a person.</param>
public sealed record SpikeAnswer(
    string Service, string Region, Level Level, VerdictReason Reason, double Observed, double Expected, double? Ratio, long Networks,
    DateTimeOffset Since, string? Incident,
    UsualAnswer? Usual, string? Window, DateTimeOffset? Onset, double Score, ChanceAnswer? Chance, string Sentence);
