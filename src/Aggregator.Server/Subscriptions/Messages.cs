using System.Text.Json.Serialization;
using Aggregator.Domain;

namespace Aggregator.Server;

// What subscribers get. Names are forever: programs of others read them.

/// <summary>A message as Standard Webhooks 1.0.0 wants it.</summary>
/// <param name="Type"><c>incident.opened</c>, <c>.spread</c>, <c>.receded</c>, <c>.resolved</c>, <c>.reopened</c>, <c>.noted</c>; <c>incidents.grouped</c>; <c>ping</c>.</param>
internal sealed record StandardMessage(string Type, DateTimeOffset Timestamp, object Data);

/// <summary>One change of one incident.</summary>
/// <param name="Sequence">1 for the first change of the incident; grows by one.</param>
/// <param name="Change">The regions it is about, and the numbers of the first.</param>
/// <param name="Regions">The worst of those that take or took part.</param>
/// <param name="RegionsInAll">How many took part.</param>
/// <param name="Waves">How often it was opened.</param>
/// <param name="DetectedAfterSeconds">From the estimated onset to the opening; none where the onset is not known.</param>
/// <param name="Duplicates">Reports since the onset that were not counted because their reporter had been heard.</param>
/// <param name="Quarantined">Reports since the onset that were not counted because their network had given its share.</param>
internal sealed record ChangeData(
    string Id, int Sequence, string Service, string Name, IncidentState State, DateTimeOffset OpenedAt, DateTimeOffset? ResolvedAt, DateTimeOffset? BlindSince, int Waves,
    ChangeMessage Change, PeakAnswer Peak, IReadOnlyList<RegionMessage> Regions, int RegionsInAll, IReadOnlyDictionary<string, long> Symptoms,
    EvidenceAnswer Evidence, double? DetectedAfterSeconds, long Duplicates, long Quarantined, NoteAnswer? Note, IReadOnlyDictionary<string, string> Links);

/// <param name="Reason">Why the level was what it was; of an end <see cref="VerdictReason.BecameUsual"/> if nothing went back.</param>
internal sealed record ChangeMessage(
    ChangeKind Kind, DateTimeOffset At, string Region, IReadOnlyList<string> Regions, Level Level, VerdictReason Reason, double Observed, double Expected, string Sentence);

internal sealed record RegionMessage(string Region, Level Level, DateTimeOffset OpenedAt, double Observed, double Expected, long Networks);

/// <summary>Many changes of many incidents, told together because so much happens at once.</summary>
/// <param name="Since">Since when so much happens.</param>
/// <param name="Open">How many incidents that were opened since go on.</param>
/// <param name="Changes">How many changes, by kind.</param>
/// <param name="Incidents">The incidents of this part, the worst first.</param>
/// <param name="More">0: no incident is left out.</param>
/// <param name="Part">Which of <paramref name="Parts"/> messages this is, from 1; they name different incidents.</param>
internal sealed record GroupedData(
    DateTimeOffset Since, DateTimeOffset Until, int Open, IReadOnlyDictionary<string, int> Changes, IReadOnlyList<GroupedIncident> Incidents, int More, string Sentence,
    int Part, int Parts);

/// <param name="Changes">What happened to it, oldest first.</param>
/// <param name="At">When the last of it happened.</param>
/// <param name="Waves">How often it was opened: more than once is flapping.</param>
internal sealed record GroupedIncident(
    string Id, string Service, string Name, IncidentState State, IReadOnlyList<ChangeKind> Changes, DateTimeOffset OpenedAt, DateTimeOffset At, int Waves, IReadOnlyList<string> Regions, int RegionsInAll,
    double Observed, double Expected, string? Html);

internal sealed record PingData(string Subscription, string Text);

/// <summary>A Slack message with a plain text for notifications and its blocks.</summary>
internal sealed record SlackMessage(string Text, IReadOnlyList<SlackBlock> Blocks);

internal sealed record SlackBlock(string Type, SlackText Text);

internal sealed record SlackText(string Type, string Text);

/// <summary>An event of PagerDuty's Events API v2.</summary>
internal sealed record PagerdutyEvent(
    [property: JsonPropertyName("routing_key")] string RoutingKey,
    [property: JsonPropertyName("event_action")] string EventAction,
    [property: JsonPropertyName("dedup_key")] string DedupKey,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PagerdutyPayload? Payload,
    string Client,
    [property: JsonPropertyName("client_url"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ClientUrl,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PagerdutyLink>? Links);

internal sealed record PagerdutyPayload(
    string Summary, string Source, string Severity, DateTimeOffset Timestamp, string Component, string Group,
    [property: JsonPropertyName("class")] string Class,
    [property: JsonPropertyName("custom_details")] object CustomDetails);

internal sealed record PagerdutyLink(string Href, string Text);

/// <summary>What an Alertmanager sends to its webhook receivers, version 4.</summary>
internal sealed record AlertmanagerMessage(
    string Version, string GroupKey, int TruncatedAlerts, string Status, string Receiver, IReadOnlyDictionary<string, string> GroupLabels,
    IReadOnlyDictionary<string, string> CommonLabels, IReadOnlyDictionary<string, string> CommonAnnotations,
    [property: JsonPropertyName("externalURL")] string ExternalUrl, IReadOnlyList<AlertmanagerAlert> Alerts);

internal sealed record AlertmanagerAlert(
    string Status, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations, DateTimeOffset StartsAt, DateTimeOffset EndsAt,
    [property: JsonPropertyName("generatorURL")] string GeneratorUrl, string Fingerprint);
