using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>What happened to an incident, in one sentence: messages, feeds and the timeline say the same.</summary>
internal static partial class Wording
{
    private const string ToldPrefix = "told.";

    /// <param name="note">The note that came with the change: the operator's word, or why the incident was ended.</param>
    public static string Told(string service, IncidentDocument incident, IncidentChangeDocument change, string? note, Func<string, string> nameOf)
    {
        var regions = change.About.Select(region => InSentence(region, nameOf(region))).ToArray();
        var named = regions.Length == 0 ? "" : Joined(regions, "regions");
        var key = change switch
        {
            { Kind: ChangeKind.Opened } => Opened(Severities.Of(change.Verdict.ToDomain())),
            { Kind: ChangeKind.Receded, Verdict.Level: Level.Elevated } => "told.degraded",
            { Kind: ChangeKind.Resolved, Verdict.Reason: VerdictReason.BecameUsual } => "told.becameusual",
            { Kind: ChangeKind.Resolved, Verdict.Level: Level.Unknown } => "told.ended",
            _ => ToldPrefix + change.Kind.ToString().ToLowerInvariant(),
        };
        return Say(key,
            ("name", service), ("regions", named), ("n", Number(incident.Waves)), ("text", note ?? ""),
            ("where", Where(named)),
            ("after", InWords(TimeSpan.FromMinutes(Math.Max(1, Math.Round((change.At - incident.OpenedAt).TotalMinutes))), one: true)));
    }

    /// <summary>What a group says of one incident, in one sentence.</summary>
    public static string Held(string service, HeldIncident of, Func<string, string> nameOf)
    {
        if (of is { IsOver: true, Last.Verdict: var last })
            return Say(last.Reason == VerdictReason.BecameUsual ? "told.held.becameusual" : last.Level == Level.Unknown ? "told.held.ended" : "told.held.over", ("name", service));

        var regions = of.Regions.Select(region => InSentence(region, nameOf(region))).ToArray();
        return Say(Opened(of.Severity), ("name", service), ("where", Where(regions.Length == 0 ? "" : Joined(regions, "regions"))));
    }

    private static string Opened(Severity severity) => $"told.opened.{severity}";

    private static string Where(string regions) => regions.Length == 0 ? Sentences.All["where.spread"] : Say("where", ("regions", regions));

    /// <summary>An incident in one sentence.</summary>
    public static string Title(string service, IncidentAnswer incident, DateTimeOffset now)
    {
        var length = (incident.ResolvedAt ?? now) - incident.OpenedAt;
        var key = incident switch
        {
            { BecameUsual: true } => "told.title.becameusual",
            { State: IncidentState.Resolved } => "told.title.over",
            { BlindSince: not null } => "told.title.blind",
            _ => "told.title.open",
        };
        return Say(
            key,
            ("name", service), ("at", Time(incident.BlindSince ?? incident.OpenedAt, now)), ("length", InWords(TimeSpan.FromMinutes(Math.Max(1, Math.Round(length.TotalMinutes))), one: true)));
    }

    /// <summary>How long an incident that is over lasted: <c>53 minutes</c>.</summary>
    public static string Lasted(IncidentAnswer incident) =>
        InWords(TimeSpan.FromMinutes(Math.Max(1, Math.Round(((incident.ResolvedAt ?? incident.OpenedAt) - incident.OpenedAt).TotalMinutes))), one: true);

    /// <summary>Much at once.</summary>
    /// <param name="going">Services whose trouble goes on.</param>
    /// <param name="over">Those of which the last that was heard is that it is over.</param>
    public static string Grouped(string[] going, string[] over, int open, DateTimeOffset since, DateTimeOffset now)
    {
        var (key, names) = open == 0 ? ("told.grouped.over", over) : going.Length == 0 ? ("told.grouped.fewer", over) : ("told.grouped", going);
        return Say(key, ("names", Joined(names.Length > 0 ? names : going, "services")), ("n", Number(open)), ("at", Time(since, now)));
    }
}
