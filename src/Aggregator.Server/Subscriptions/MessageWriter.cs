using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>Writes what subscribers get, in the format each asked for, and within the limits of each.</summary>
internal sealed class MessageWriter(Catalog catalog, IOptions<JsonOptions> json, IOptions<WebhookOptions> webhooks) : IMessageWriter
{
    private const int RegionsAtMost = 20;
    private const int RegionsOfOneAtMost = 5;
    private const int SentenceAtMost = 500;
    private const int SummaryAtMost = 1024;
    private const string Client = "Aggregator";

    // PagerDuty's word for what wakes nobody.
    private const string NoSeverity = "info";

    /// <summary>Standard Webhooks asks for less than 20 kB; what is not the list of incidents needs less than 2 kB of it.</summary>
    private const int IncidentsSizeAtMost = 18_000;

    // Alertmanager's way to say that it has not ended.
    private static readonly DateTimeOffset NotEnded = DateTimeOffset.MinValue;

    // It is no part of a page: escaped, a note in Japanese would take twice the room.
    private readonly JsonSerializerOptions _json = new(json.Value.SerializerOptions) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Change(SubscriptionSettings settings, IncidentDocument incident, IncidentChangeDocument change)
    {
        var (data, sentence) = (Data(incident, change), Sentence(incident, change));
        var html = Absolute(data.Links["html"]);
        return settings.Format switch
        {
            MessageFormat.Slack => Write(SlackMessages.Of(sentence, Details(data), html)),
            MessageFormat.Pagerduty => Write(Event(
                settings, incident.Id, IsOver(incident, change), html,
                new(sentence.ShortenedTo(SummaryAtMost), incident.Service, SeverityOf(incident, change), change.At, data.Name, "outages", "outage", data))),
            MessageFormat.Alertmanager => Write(Alerts($"{{}}:{{incident=\"{incident.Id}\"}}", [Alert(incident, data, IsOver(incident, change))])),
            _ => Write(new StandardMessage(DeliveryDocument.TypeOf(change.Kind), change.At, data)),
        };
    }

    public IReadOnlyList<GroupMessage> Grouped(
        SubscriptionSettings settings, DateTimeOffset storm, DateTimeOffset now, ImmutableArray<GatheredChange> changes, int open)
    {
        List<HeldIncident> incidents = [.. HeldIncident.From(changes).OrderByDescending(of => of.Excess)];
        var sentence = Wording.Grouped(Names(incidents, over: false), Names(incidents, over: true), open, storm, now);
        return settings.Format switch
        {
            MessageFormat.Slack => [.. SlackMessages.List(sentence, Absolute("/"), incidents, of => $"• {Line(of)}").Select(list => Message(list.Message, list.Items))],

            // An event has one key: each incident is opened and ended under its own.
            MessageFormat.Pagerduty => [.. incidents.Select(of => Message(Event(settings, of), [of]))],
            MessageFormat.Alertmanager => [.. Pieces.Of(incidents, of => SizeOf(Alert(of)), IncidentsSizeAtMost)
                .Select(piece => Message(Alerts($"{{}}:{{storm=\"{storm.ToUnixTimeSeconds()}\"}}", [.. piece.Select(Alert)]), piece))],
            _ => [.. Standard(Pieces.Of(incidents, of => SizeOf(Data(of)), IncidentsSizeAtMost))],
        };

        IEnumerable<GroupMessage> Standard(IReadOnlyList<IReadOnlyList<HeldIncident>> pieces) => pieces.Select((piece, i) =>
        {
            var kinds = piece.SelectMany(of => of.All).GroupBy(change => change.Kind).ToDictionary(kind => kind.Key.ToString().ToLowerInvariant(), kind => kind.Count());
            var data = new GroupedData(storm, now, open, kinds, [.. piece.Select(Data)], More: 0, sentence, i + 1, pieces.Count);
            return Message(new StandardMessage(DeliveryDocument.GroupType, now, data), piece);
        });
    }

    public string Ping(SubscriptionSettings settings, string subscription, DateTimeOffset now)
    {
        var text = Sentences.All["told.ping"];
        return settings.Format switch
        {
            MessageFormat.Slack => Write(SlackMessages.Of(text, "", link: null)),

            // An end of what never began: it is answered, and nobody is woken.
            MessageFormat.Pagerduty => Write(new PagerdutyEvent(settings.RoutingKey!, "resolve", $"ping-{subscription}", null, Client, Absolute("/"), null)),
            MessageFormat.Alertmanager => Write(Alerts("{}:{alertname=\"AggregatorPing\"}", [new(
                "resolved", new Dictionary<string, string> { ["alertname"] = "AggregatorPing", ["severity"] = "none" },
                new Dictionary<string, string> { ["summary"] = text }, now, now, Absolute("/") ?? "", Fingerprint(subscription))])),
            _ => Write(new StandardMessage(DeliveryDocument.PingType, now, new PingData(subscription, text))),
        };
    }

    /// <summary>One change as every format tells it.</summary>
    internal ChangeData Data(IncidentDocument incident, IncidentChangeDocument change)
    {
        var answer = IncidentAnswers.From(incident);
        var worst = answer.Regions.OrderByDescending(region => region.Level).ThenByDescending(region => region.Peak.Observed - region.Peak.Expected).Take(RegionsAtMost);
        return new(
            incident.Id, change.Sequence, incident.Service, NameOf(incident.Service), answer.State, answer.OpenedAt, answer.ResolvedAt, answer.BlindSince, answer.Waves,
            new(change.Kind, change.At, change.Region, change.About, change.Verdict.Level, change.Verdict.Reason, change.Verdict.Observed, Math.Round(change.Verdict.Expected, 2),
                Sentence(incident, change).ShortenedTo(SentenceAtMost)),
            answer.Peak, [.. worst.Select(region => new RegionMessage(region.Region, region.Level, region.OpenedAt, region.Peak.Observed, region.Peak.Expected, region.Peak.Networks))],
            answer.Regions.Count, answer.Symptoms, answer.Evidence, answer.DetectedAfterSeconds, answer.Duplicates, answer.Quarantined,
            answer.Notes.FirstOrDefault(note => note.Sequence == change.Sequence),
            answer.Links.ToDictionary(link => link.Key, link => Absolute(link.Value) ?? link.Value));
    }

    private GroupedIncident Data(HeldIncident of) => new(
        of.Id, of.Service, NameOf(of.Service), of.IsOver ? IncidentState.Resolved : IncidentState.Open, of.Kinds, of.OpenedAt, of.Last.At, of.Last.Waves,
        [.. of.Regions.Take(RegionsOfOneAtMost)], of.Regions.Count, of.Worst.Observed, Math.Round(of.Worst.Expected, 2), Absolute($"/incidents/{of.Id}"));

    private string Sentence(IncidentDocument incident, IncidentChangeDocument change) => Wording.Told(
        NameOf(incident.Service), incident, change,
        incident.Notes.IsDefault ? null : incident.Notes.FirstOrDefault(note => note.Sequence == change.Sequence)?.Text, NameOfRegion);

    private PagerdutyEvent Event(SubscriptionSettings settings, HeldIncident of) => Event(
        settings, of.Id, of.IsOver, Absolute($"/incidents/{of.Id}"),
        new(Wording.Held(NameOf(of.Service), of, NameOfRegion).ShortenedTo(SummaryAtMost), of.Service, of.IsOver ? NoSeverity : Word(of.Severity), of.Last.At, NameOf(of.Service),
            "outages", "outage", Data(of)));

    private PagerdutyEvent Event(SubscriptionSettings settings, string incident, bool isOver, string? html, PagerdutyPayload payload) => new(
        settings.RoutingKey!, isOver ? "resolve" : "trigger", incident, payload, Client, Absolute("/"), html is null ? null : [new(html, "The incident")]);

    // A word on what is over must not begin it again.
    private static bool IsOver(IncidentDocument incident, IncidentChangeDocument change) =>
        change.Kind == ChangeKind.Resolved || (change.Kind == ChangeKind.Noted && incident.ResolvedAt is not null);

    private static string Details(ChangeData data) => data.Change.Kind switch
    {
        ChangeKind.Noted => data.Note?.Source ?? "",
        ChangeKind.Resolved => data.Peak.Sentence,
        _ => data.Evidence.Sentence,
    };

    private string Line(HeldIncident of)
    {
        var waves = of.Last.Waves > 1 ? $", {of.Last.Waves} waves" : "";
        var regions = string.Join(", ", of.Regions.Take(RegionsOfOneAtMost)) + (of.Regions.Count > RegionsOfOneAtMost ? ", …" : "");
        return $"{NameOf(of.Service)}: {string.Join(", ", of.Kinds).ToLowerInvariant()}{waves}" + (regions.Length > 0 ? $" ({regions})" : "");
    }

    private static string SeverityOf(IncidentDocument incident, IncidentChangeDocument change) =>
        change.Kind is ChangeKind.Resolved or ChangeKind.Noted ? NoSeverity : Word(WorstSeverity(incident));

    private static Severity OpeningSeverity(IncidentDocument incident) => Severities.Of(incident.Opening.ToDomain());

    private static Severity WorstSeverity(IncidentDocument incident)
    {
        var peak = Severities.Of(incident.Peak.ToDomain(RegionCode.Parse(incident.OpenedBy)).Verdict);
        return peak > OpeningSeverity(incident) ? peak : OpeningSeverity(incident);
    }

    private static AlertmanagerAlert Alert(IncidentDocument incident, ChangeData data, bool over) => new(
        over ? "resolved" : "firing", Labels(data.Service, data.Id, OpeningSeverity(incident)),
        new Dictionary<string, string> { ["summary"] = data.Change.Sentence, ["description"] = Details(data), ["severity"] = Word(WorstSeverity(incident)) },
        data.OpenedAt, data.ResolvedAt ?? NotEnded, Link(data), Fingerprint(data.Id));

    private AlertmanagerAlert Alert(HeldIncident of) => new(
        of.IsOver ? "resolved" : "firing", Labels(of.Service, of.Id, of.Last.Severity),
        new Dictionary<string, string> { ["summary"] = Line(of), ["severity"] = Word(of.Severity) },
        of.OpenedAt, of.IsOver ? of.Last.At : NotEnded, Absolute($"/incidents/{of.Id}") ?? "", Fingerprint(of.Id));

    private static string Link(ChangeData data) => data.Links["html"] is var html && html.StartsWith('/') ? "" : html;

    private AlertmanagerMessage Alerts(string key, IReadOnlyList<AlertmanagerAlert> alerts) => new(
        "4", key, 0, alerts.Any(alert => alert.Status == "firing") ? "firing" : "resolved", "aggregator", new Dictionary<string, string>(),
        Common(alerts.Select(alert => alert.Labels)), Common(alerts.Select(alert => alert.Annotations)), Absolute("/") ?? "", alerts);

    private static Dictionary<string, string> Common(IEnumerable<IReadOnlyDictionary<string, string>> all)
    {
        var each = all.ToList();
        return each.Count == 0 ? [] : each[0].Where(pair => each.All(one => one.GetValueOrDefault(pair.Key) == pair.Value)).ToDictionary();
    }

    // Labels are what receivers know an alert by: they stay as they were when it was opened, and how bad it became is an annotation.
    private static Dictionary<string, string> Labels(string service, string incident, Severity opening) =>
        new() { ["alertname"] = "Outage", ["service"] = service, ["incident"] = incident, ["severity"] = Word(opening) };

    private static string Word(Severity severity) => severity.ToString().ToLowerInvariant();

    private string[] Names(IEnumerable<HeldIncident> incidents, bool over) => [.. incidents.Where(of => of.IsOver == over).Select(of => NameOf(of.Service)).Distinct()];

    private GroupMessage Message(object message, IEnumerable<HeldIncident> incidents) => new(Write(message), [.. incidents.SelectMany(of => of.All)]);

    // With the comma after it.
    private int SizeOf(object item) => JsonSerializer.SerializeToUtf8Bytes(item, _json).Length + 1;

    private static string Fingerprint(string id) => Convert.ToHexStringLower(XxHash3.Hash(Encoding.UTF8.GetBytes(id)));

    private string NameOf(string service) => ServiceKey.TryParse(service, out var key) && catalog.Find(key) is { } known ? known.Name : service;

    private string NameOfRegion(string region) => RegionCode.TryParse(region, out var code) && catalog.Find(code) is { } known ? known.Name : region;

    private string? Absolute(string? path) => path is not null && webhooks.Value.PublicUrl is { } root ? new Uri(root, path).ToString() : null;

    private string Write(object message) => JsonSerializer.Serialize(message, _json);
}
