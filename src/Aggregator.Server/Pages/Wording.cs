using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>What became of a report sent with the form, as the service page says it.</summary>
/// <param name="Outcome">The closed word: <c>counted</c>, <c>duplicate</c>, <c>quarantined</c>, or <c>refused</c> where nothing was taken.</param>
/// <param name="Sentence">The same for a person.</param>
public sealed record ReportOutcomeView(string Outcome, string Sentence);

/// <summary>Turns levels, counts and outcomes into what a person would say.</summary>
/// <remarks>
/// The templates are in <see cref="Sentences"/>. The page carries them as a JSON block, and js/words.js fills the same
/// ones when newer numbers arrive, so a sentence is written once; only the choice between them is made in both places.
/// Why a level is what it is comes as a sentence from the server; see <c>Wording.Verdicts.cs</c>.
/// </remarks>
internal static partial class Wording
{
    // What the server alone says.
    private static readonly string[] ServerOnly = [Why, ToldPrefix, "front.in.", "down.", "places.", "operate.", "plain.", "embed.", "badge.", "step."];

    public static string Json { get; } =
        JsonSerializer.Serialize(Sentences.All
            .Where(sentence => sentence.Key == Chance || !ServerOnly.Any(prefix => sentence.Key.StartsWith(prefix, StringComparison.Ordinal))).ToDictionary());

    public static string Of(Level level) => Sentences.All[$"level.{level}"];

    public static string Of(VerdictReason reason) => Sentences.All[$"reason.{reason}"];

    public static string Window(string key) => Sentences.All.GetValueOrDefault($"window.{key}", key);

    public static string Symptom(string key) => Sentences.All.GetValueOrDefault($"symptom.{key}") ?? Capitalised(key.Replace('-', ' '));

    public static string Region(string code, IReadOnlyDictionary<string, string> names) =>
        code == RegionCode.All.Value ? Sentences.All["region.ALL"]
        : code == RegionCode.Elsewhere.Value ? Sentences.All["region.ZZ"]
        : names.GetValueOrDefault(code, code);

    /// <summary>A count with a comma at the thousands.</summary>
    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>An expected count: one decimal below ten, none above.</summary>
    public static string Usual(double expected) =>
        !double.IsFinite(expected) ? "–" : expected.ToString(expected < 9.95 ? "0.#" : "N0", CultureInfo.InvariantCulture);

    /// <summary>How many were counted in a window; a dash where that cannot be seen, which is no zero.</summary>
    public static string Counted(IReadOnlyDictionary<string, long> reports, string window) => reports.TryGetValue(window, out var count) ? Number(count) : "–";

    /// <summary>What is usual in a window; a dash where that cannot be seen.</summary>
    public static string Expected(IReadOnlyDictionary<string, double> expected, string window) => expected.TryGetValue(window, out var usual) ? Usual(usual) : "–";

    /// <summary>How many times the usual: <c>13×</c>, <c>over 999×</c> where nearly nothing is usual, a dash where nothing was seen.</summary>
    public static string Ratio(double? times) =>
        times is not { } ratio || ratio == 0 ? "–" : ratio > 999 ? Sentences.All["ratio.huge"] : Say("ratio", ("n", Usual(ratio)));

    public static string Reports(long count) => Say(count == 1 ? "reports.one" : "reports.many", ("n", Number(count)));

    /// <summary>The arithmetic in a sentence, with the place where it is not that of all together.</summary>
    public static string Evidence(EvidenceAnswer evidence, string region) =>
        evidence.Region == RegionCode.All.Value ? evidence.Sentence : Say("evidence.in", ("region", region), ("sentence", evidence.Sentence));

    /// <summary>How everything is, in one sentence.</summary>
    /// <param name="easing">Services at <see cref="Level.Spike"/> of which the last minutes are as usual again.</param>
    public static string Front(IReadOnlyList<ServiceSummary> services, IReadOnlySet<string> easing)
    {
        if (services.Count == 0) return Sentences.All["front.empty"];

        var spikes = Named(Level.Spike);
        var lasting = services.Where(s => s.Level == Level.Spike && !easing.Contains(s.Service)).Select(s => s.Name).ToArray();
        var elevated = Named(Level.Elevated);
        var unseen = services.Count(s => s.Level == Level.Unknown);

        if (lasting.Length > 0) return Say(lasting.Length == 1 ? "front.Spike.one" : "front.Spike.many", ("names", Joined(lasting, "services")));
        if (spikes.Length > 0) return Say("front.Easing", ("names", Joined(spikes, "services")));
        if (unseen == services.Count) return Sentences.All["front.Unknown"];
        if (elevated.Length > 0) return Say(elevated.Length == 1 ? "front.Elevated.one" : "front.Elevated.many", ("names", Joined(elevated, "services")));
        if (unseen > 0) return Sentences.All["front.someUnknown"];

        // As usual is only what can be compared with something; where nothing was learned yet, next to nothing is expected.
        var known = services.Any(s => s.Expected15m >= 0.05);
        return Sentences.All[known ? "front.Normal" : services.All(s => s.Spark.Sum() == 0) ? "front.Silent" : "front.New"];

        string[] Named(Level level) => [.. services.Where(s => s.Level == level).Select(s => s.Name)];
    }

    /// <summary>How one service is, in one sentence.</summary>
    public static string Status(ServiceAnswer service, IReadOnlyList<RegionAnswer> regions)
    {
        var there = regions.Where(r => r.Level == service.Level && r.Region != RegionCode.All.Value).ToArray();
        var where = service.Level switch
        {
            Level.Spike or Level.Elevated when there.Length > 0 =>
                Say("where", ("regions", Joined([.. there.Select(r => InSentence(r.Region, r.Name))], "regions"))),
            Level.Spike => Sentences.All["where.spread"],
            _ => "",
        };
        return Say(StatusOf(service.Level, service.Level == Level.Spike && Eases(service.Evidence) ? VerdictReason.Easing : service.Reason, there), ("name", service.Name), ("where", where));
    }

    /// <summary>The banner that says the page is blind, or none.</summary>
    public static string? Blindness(int unseen, int of) =>
        unseen == 0 ? null : unseen == of ? Sentences.All["banner.blind"] : Say("banner.partlyBlind", ("n", Number(unseen)));

    /// <summary>What became of a report.</summary>
    /// <param name="region">Where it was reported from, by name.</param>
    public static ReportOutcomeView Outcome(ReportAnswer answer, string region)
    {
        var outcome = answer.Outcome.ToString().ToLowerInvariant();
        return answer is { Outcome: ReportOutcome.Counted, Reports15m: null }
            ? new(outcome, Sentences.All["outcome.counted.bare"])
            : new(outcome, Say($"outcome.{outcome}", ("region", InSentence(answer.Region, region)), ("reports", Reports(answer.Reports15m ?? 0))));
    }

    /// <summary>Nothing was taken, and why: the words of the problem that a client of the API would get.</summary>
    public static ReportOutcomeView Refused(string? title, string? detail) =>
        new("refused", Say("outcome.refused", ("problem", string.Join(": ", new[] { title, detail }.Where(s => !string.IsNullOrEmpty(s))))));

    /// <summary>The time of day in UTC, with the date where it is not that of <paramref name="now"/>.</summary>
    public static string Time(DateTimeOffset at, DateTimeOffset now, bool seconds = false)
    {
        var utc = at.UtcDateTime;
        var day = utc.Date == now.UtcDateTime.Date ? "" : utc.ToString("d MMM ", CultureInfo.InvariantCulture);
        return day + utc.ToString(seconds ? "HH:mm:ss" : "HH:mm", CultureInfo.InvariantCulture) + " UTC";
    }

    public static string Say(string key, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = Sentences.All[key];
        foreach (var (name, value) in values) text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return text;
    }

    private static string StatusOf(Level level, VerdictReason reason, RegionAnswer[] there) => (level, reason) switch
    {
        // The reason is that of the sum; a region on its own may still be in full spike.
        (Level.Spike, not VerdictReason.FarAboveUsual) when there.All(r => Eases(r.Evidence))
            && (there.Length > 0 || reason == VerdictReason.Easing) => "status.Easing",
        (Level.Normal, VerdictReason.BelowFloor) => "status.Quiet",
        (Level.Normal, VerdictReason.NoBaselineYet) => "status.New",
        _ => $"status.{level}",
    };

    // Once the last window is as usual again there is nothing to wonder at, whatever the level still is.
    private static bool Eases(EvidenceAnswer evidence) => Eases(evidence.Reason, evidence.Observed, evidence.Usual);

    private static bool Eases(VerdictReason reason, double observed, UsualAnswer? usual) => reason == VerdictReason.Easing || observed <= usual?.High;

    /// <summary>Whether the last window of a spike is as usual again.</summary>
    public static bool Eases(Verdict verdict) => Eases(verdict.Reason, verdict.Observed, UsualAnswer.Of(verdict));

    /// <inheritdoc cref="Eases(Verdict)"/>
    public static bool Eases(SpikeAnswer spike) => Eases(spike.Reason, spike.Observed, spike.Usual);

    /// <summary>The arithmetic without how often chance does the same, for a row among many of one service: its page says that once.</summary>
    public static string Shortly(EvidenceAnswer evidence) =>
        evidence.Chance is { } chance ? evidence.Sentence.Replace(Say(Chance, ("once", chance.Text)), "", StringComparison.Ordinal) : evidence.Sentence;

    private static string Joined(string[] names, string noun) => names.Length switch
    {
        1 => names[0],
        2 => Say("list.two", ("a", names[0]), ("b", names[1])),
        3 => Say("list.three", ("a", names[0]), ("b", names[1]), ("c", names[2])),
        _ => Say("list.many", ("a", names[0]), ("b", names[1]), ("n", Number(names.Length - 2)), ("noun", noun)),
    };

    private static string InSentence(string code, string name) => code == RegionCode.Elsewhere.Value ? Sentences.All["region.ZZ.in"] : WithArticle(name);

    private static string WithArticle(string region) => Articled().IsMatch(region) ? "the " + region : region;

    private static string Capitalised(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    [GeneratedRegex(Sentences.RegionsWithArticle, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Articled();
}
