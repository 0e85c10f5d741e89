using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>Writes what subscribers get, in the format each asked for, and short enough for any: the worst regions and incidents, and how many more.</summary>
internal sealed class MessageWriter(Catalog catalog, IOptions<JsonOptions> json, IOptions<WebhookOptions> webhooks) : IMessageWriter
{
    private const int RegionsAtMost = 20;
    private const int IncidentsAtMost = 40;
    private const int RegionsOfOneAtMost = 5;
    private const string Client = "Aggregator";

    // Alertmanager's way to say that it has not ended.
    private static readonly DateTimeOffset NotEnded = DateTimeOffset.MinValue;

    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    public string Change(SubscriptionSettings settings, IncidentDocument incident, IncidentChangeDocument change)
    {
        var data = Data(incident, change);
        var html = data.Links.GetValueOrDefault("html");
        return settings.Format switch
        {
            MessageFormat.Slack => Slack(data.Change.Sentence, Details(data), html),
            MessageFormat.Pagerduty => Write(new PagerdutyEvent(
                settings.RoutingKey!, IsOver(incident, change) ? "resolve" : "trigger", incident.Id,
                new(Cut(data.Change.Sentence, 1024), incident.Service, Severity(incident, change), change.At, data.Name, "outages", "outage", data),
                Client, Absolute("/"), Absolute(data.Links["html"]) is { } href ? [new(href, "The incident")] : null)),
            MessageFormat.Alertmanager => Write(Alerts($"{{}}:{{incident=\"{incident.Id}\"}}", [Alert(data, IsOver(incident, change))])),
            _ => Write(new StandardMessage($"incident.{change.Kind.ToString().ToLowerInvariant()}", change.At, data)),
        };
    }

    public string Grouped(SubscriptionSettings settings, DateTimeOffset storm, DateTimeOffset now, ImmutableArray<GatheredChange> changes, int open)
    {
        var data = Data(storm, now, changes, open);
        return settings.Format switch
        {
            MessageFormat.Slack => Slack(data.Sentence, string.Join('\n', data.Incidents.Select(Line)), Absolute("/")),
            MessageFormat.Pagerduty => Write(new PagerdutyEvent(
                settings.RoutingKey!, open == 0 ? "resolve" : "trigger", $"storm-{storm.ToUnixTimeSeconds()}",
                new(Cut(data.Sentence, 1024), "aggregator", "critical", now, "many services", "outages", "outages", data), Client, Absolute("/"), null)),
            MessageFormat.Alertmanager => Write(Alerts($"{{}}:{{storm=\"{storm.ToUnixTimeSeconds()}\"}}", [.. data.Incidents.Select(Alert)]) with { TruncatedAlerts = data.More }),
            _ => Write(new StandardMessage("incidents.grouped", now, data)),
        };
    }

    public string Ping(SubscriptionSettings settings, string subscription, DateTimeOffset now)
    {
        var text = Sentences.All["told.ping"];
        return settings.Format switch
        {
            MessageFormat.Slack => Slack(text, "", null),

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
        var note = answer.Notes.FirstOrDefault(note => note.Sequence == change.Sequence);
        var name = NameOf(incident.Service);
        return new(
            incident.Id, change.Sequence, incident.Service, name, answer.State, answer.OpenedAt, answer.ResolvedAt, answer.BlindSince, answer.Waves,
            new(change.Kind, change.At, change.Region, [.. change.About.Take(RegionsAtMost)], change.Verdict.Level, change.Verdict.Observed, Math.Round(change.Verdict.Expected, 2),
                Wording.Told(name, incident, change, note?.Text, NameOfRegion)),
            answer.Peak, [.. worst.Select(region => new RegionMessage(region.Region, region.Level, region.OpenedAt, region.Peak.Observed, region.Peak.Expected, region.Peak.Networks))],
            answer.Regions.Count, answer.Symptoms, answer.Evidence, answer.DetectedAfterSeconds, answer.Duplicates, answer.Quarantined, note,
            answer.Links.ToDictionary(link => link.Key, link => Absolute(link.Value) ?? link.Value));
    }

    private GroupedData Data(DateTimeOffset storm, DateTimeOffset now, ImmutableArray<GatheredChange> changes, int open)
    {
        var incidents = changes.GroupBy(change => change.Incident).Select(of => (Last: of.Last(), Worst: of.MaxBy(change => change.Verdict.Observed - change.Verdict.Expected)!, All: of.ToList()))
            .OrderByDescending(of => of.Worst.Verdict.Observed - of.Worst.Verdict.Expected).ToList();
        return new(
            storm, now, open, changes.GroupBy(change => change.Kind).ToDictionary(kind => kind.Key.ToString().ToLowerInvariant(), kind => kind.Count()),
            [.. incidents.Take(IncidentsAtMost).Select(of =>
            {
                List<string> regions = [.. of.All.SelectMany(change => change.Regions).Distinct()];
                return new GroupedIncident(
                    of.Last.Incident, of.Last.Service, NameOf(of.Last.Service), IsOver(of.Last) ? IncidentState.Resolved : IncidentState.Open, [.. of.All.Select(change => change.Kind).Distinct()], of.Last.OpenedAt, of.Last.At, of.Last.Waves,
                    [.. regions.Take(RegionsOfOneAtMost)], regions.Count, of.Worst.Verdict.Observed, Math.Round(of.Worst.Verdict.Expected, 2),
                    Absolute($"/incidents/{of.Last.Incident}"));
            })],
            Math.Max(0, incidents.Count - IncidentsAtMost), Wording.Grouped(Services(over: false), Services(over: true), open, storm, now));

        string[] Services(bool over) => [.. incidents.Where(of => IsOver(of.Last) == over).Select(of => NameOf(of.Last.Service)).Distinct()];
    }

    private string Slack(string text, string details, string? link)
    {
        // What is bold stands on one line.
        var body = Escape(details.Length == 0 ? text : $"{(text.Contains('\n', StringComparison.Ordinal) ? text : $"*{text}*")}\n{details}");
        if (Absolute(link) is { } whole) body += $"\n<{whole}|{Sentences.All["told.link"]}>";
        return Write(new SlackMessage(Escape(text), [new("section", new("mrkdwn", Cut(body, 3000)))]));

        // The three characters that Slack gives a meaning.
        static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
    }

    // A word on what is over must not begin it again.
    private static bool IsOver(IncidentDocument incident, IncidentChangeDocument change) =>
        change.Kind == ChangeKind.Resolved || (change.Kind == ChangeKind.Noted && incident.ResolvedAt is not null);

    private static bool IsOver(GatheredChange last) => last.Kind == ChangeKind.Resolved;

    private static string Details(ChangeData data) => data.Change.Kind switch
    {
        ChangeKind.Noted => data.Note?.Source ?? "",
        ChangeKind.Resolved => data.Peak.Sentence,
        _ => data.Evidence.Sentence,
    };

    private static string Line(GroupedIncident incident) =>
        $"• {incident.Name}: {string.Join(", ", incident.Changes).ToLowerInvariant()}{(incident.Waves > 1 ? $", {incident.Waves} waves" : "")}" + (incident.RegionsInAll > 0 ? $" ({string.Join(", ", incident.Regions)}{(incident.RegionsInAll > incident.Regions.Count ? ", …" : "")})" : "");

    private static string Severity(IncidentDocument incident, IncidentChangeDocument change) => change.Kind switch
    {
        ChangeKind.Resolved or ChangeKind.Noted => "info",
        ChangeKind.Receded => "warning",
        _ => incident.Regions.Length > 1 || incident.OpenedBy == RegionCode.All.Value ? "critical" : "error",
    };

    private AlertmanagerAlert Alert(ChangeData data, bool over) => new(
        over ? "resolved" : "firing", Labels(data.Service, data.Id),
        new Dictionary<string, string> { ["summary"] = data.Change.Sentence, ["description"] = Details(data) },
        data.OpenedAt, data.ResolvedAt ?? NotEnded, Absolute(data.Links["html"]) ?? "", Fingerprint(data.Id));

    private static AlertmanagerAlert Alert(GroupedIncident incident) => new(
        incident.State == IncidentState.Resolved ? "resolved" : "firing", Labels(incident.Service, incident.Id), new Dictionary<string, string> { ["summary"] = Line(incident) },
        incident.OpenedAt, incident.State == IncidentState.Resolved ? incident.At : NotEnded, incident.Html ?? "", Fingerprint(incident.Id));

    private AlertmanagerMessage Alerts(string key, IReadOnlyList<AlertmanagerAlert> alerts) => new(
        "4", key, 0, alerts.Any(alert => alert.Status == "firing") ? "firing" : "resolved", "aggregator", new Dictionary<string, string>(),
        Common(alerts.Select(alert => alert.Labels)), Common(alerts.Select(alert => alert.Annotations)), Absolute("/") ?? "", alerts);

    private static Dictionary<string, string> Common(IEnumerable<IReadOnlyDictionary<string, string>> all)
    {
        var each = all.ToList();
        return each.Count == 0 ? [] : each[0].Where(pair => each.All(one => one.GetValueOrDefault(pair.Key) == pair.Value)).ToDictionary();
    }

    private static Dictionary<string, string> Labels(string service, string incident) =>
        new() { ["alertname"] = "Outage", ["service"] = service, ["incident"] = incident, ["severity"] = "critical" };

    private static string Fingerprint(string id) => Convert.ToHexStringLower(XxHash3.Hash(Encoding.UTF8.GetBytes(id)));

    private string NameOf(string service) => ServiceKey.TryParse(service, out var key) && catalog.Find(key) is { } known ? known.Name : service;

    private string NameOfRegion(string region) => RegionCode.TryParse(region, out var code) && catalog.Find(code) is { } known ? known.Name : region;

    private string? Absolute(string? path) => path is not null && webhooks.Value.PublicUrl is { } root ? new Uri(root, path).ToString() : null;

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    private string Write(object message) => JsonSerializer.Serialize(message, _json);
}
