using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>Why a verdict is what it is, in one sentence: the API's <c>sentence</c> and the pages say the same.</summary>
internal static partial class Wording
{
    private const string Why = "why.", Chance = "why.chance";

    /// <summary>The sentence while the verdict stands: it speaks of the last minutes.</summary>
    /// <param name="now">Times of another day are told with their date.</param>
    public static string Explain(Verdict verdict, long networks, DateTimeOffset now) => Explain(verdict, networks, now, "why.live");

    /// <summary>The sentence for the record: it speaks of a moment that may be long gone.</summary>
    public static string ExplainPast(Verdict verdict, long networks, DateTimeOffset at) => Explain(verdict, networks, at, "why.past");

    /// <summary>A length of time for programs: <c>30s</c>, <c>5m</c>, <c>4h</c>, <c>14m20s</c>.</summary>
    public static string Length(TimeSpan length) => length switch
    {
        { TotalSeconds: < 60 } => $"{length.TotalSeconds:0}s",
        { Seconds: > 0 } => $"{Math.Floor(length.TotalMinutes):0}m{length.Seconds}s",
        { Minutes: > 0 } => $"{length.TotalMinutes:0}m",
        _ => $"{length.TotalHours:0}h",
    };

    /// <summary>The same length for people: <c>30 seconds</c>, <c>5 minutes</c>, <c>15 minutes</c>.</summary>
    public static string LengthInWords(string? length)
    {
        if (length is null) return "–";
        var (sum, number) = (TimeSpan.Zero, 0);
        foreach (var letter in length)
        {
            if (char.IsAsciiDigit(letter))
            {
                number = 10 * number + letter - '0';
                continue;
            }

            sum += letter switch { 'h' => TimeSpan.FromHours(number), 'm' => TimeSpan.FromMinutes(number), _ => TimeSpan.FromSeconds(number) };
            number = 0;
        }

        return InWords(sum, one: true);
    }

    /// <summary>How often chance alone does it: <c>once in 40 days</c>, or <c>less than once in 7 years</c> where no more was measured.</summary>
    public static string Once(TimeSpan between)
    {
        var often = between.TotalDays switch
        {
            < 0.75 => Say("why.often", ("n", Usual(Math.Round(1 / between.TotalDays)))),
            < 1.5 => Sentences.All["why.daily"],
            < 730 => Say("why.once.days", ("n", Usual(TwoDigits(between.TotalDays)))),
            var days => Say("why.once.years", ("n", Usual(Math.Floor(days / 365.25)))),
        };
        return between >= ChanceTable.Longest ? Say("why.lessThan", ("once", often)) : often;
    }

    private static string Explain(Verdict verdict, long networks, DateTimeOffset now, string tense)
    {
        // Farther back than it looks it knows nothing: perhaps nobody was there.
        if (verdict.Level == Level.Unknown) return now - verdict.Since < SpikeDetector.Reach ? Say("why.Unknown", ("at", Time(verdict.Since, now))) : Sentences.All["why.Unseen"];
        if (verdict.Window == TimeSpan.Zero) return verdict.Observed > 0
            ? Say("why.bare", ("reports", Reports((long)verdict.Observed)), ("n", Usual(verdict.Expected)))
            : Sentences.All["why.NotYet"];

        var (low, high) = verdict.Usual;
        return Say(Why + KindOf(verdict, high),
            ("reports", Reports((long)verdict.Observed)),
            ("span", Say(tense, ("window", InWords(verdict.Window, one: tense == "why.past")))),
            ("usual", Say("why.usual", ("low", Number((long)low)), ("high", Number((long)high)))),
            ("heard", Heard(verdict.Onset, networks, now)),
            ("began", verdict.Onset is { } began ? Say("why.began", ("at", Time(began, now))) : ""),
            ("chance", verdict.Chance is { } chance ? Say(Chance, ("once", Once(chance))) : ""));
    }

    // The networks are counted since the onset, which may lie far before the window that the reports are counted in.
    private static string Heard(DateTimeOffset? onset, long networks, DateTimeOffset now) => (onset, networks) switch
    {
        (null, 0) => "",
        ({ } at, 0) => Say("why.since", ("at", Time(at, now))),
        (null, _) => Say(networks == 1 ? "why.networks.one" : "why.networks.many", ("n", Number(networks))),
        ({ } at, _) => Say(networks == 1 ? "why.heard.one" : "why.heard.many", ("n", Number(networks)), ("at", Time(at, now))),
    };

    private static string KindOf(Verdict verdict, double high) => verdict switch
    {
        { Level: Level.Normal, Reason: VerdictReason.NoBaselineYet } => "New",
        { Level: Level.Normal, Reason: VerdictReason.BelowFloor } => "BelowFloor",
        { Level: Level.Normal, Reason: VerdictReason.BecameUsual } => "BecameUsual",
        { Level: Level.Normal } => "Normal",
        // Once the last window is as usual again there is nothing to wonder at, whatever the level still is.
        _ when verdict.Reason == VerdictReason.Easing || verdict.Observed <= high => "Easing",
        { Reason: VerdictReason.NoBaselineYet } => $"New.{verdict.Level}",
        _ => "Above",
    };

    // "The last minute", but "within 1 minute".
    private static string InWords(TimeSpan length, bool one)
    {
        var minutes = Math.Ceiling(length.TotalMinutes);
        var (count, unit) = length.TotalSeconds < 60 ? (length.TotalSeconds, "second") : minutes % 60 == 0 ? (minutes / 60, "hour") : (minutes, "minute");
        return count == 1 && !one ? Sentences.All[$"why.{unit}"] : Say(count == 1 ? $"why.{unit}.one" : $"why.{unit}.many", ("n", Usual(count)));
    }

    private static double TwoDigits(double value)
    {
        var scale = Math.Pow(10, Math.Floor(Math.Log10(value)) - 1);
        return Math.Round(value / scale) * scale;
    }
}
