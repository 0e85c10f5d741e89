using System.Collections.Frozen;

namespace Aggregator.Server;

/// <summary>Every template the pages speak in, by key; <c>{braces}</c> are filled by <see cref="Wording"/> and by js/words.js.</summary>
internal static class Sentences
{
    // Plain enough to mean the same in .NET and in a browser.
    public const string RegionsWithArticle =
        "^(United |Netherlands|Philippines|Bahamas|Gambia|Maldives|Seychelles|Comoros|Sudan|Isle of|Holy See|Congo|Russian Fed)|Islands|Republic|Territor";

    public static FrozenDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["level.Normal"] = "Normal",
        ["level.Elevated"] = "Elevated",
        ["level.Spike"] = "Spike",
        ["level.Unknown"] = "Unknown",

        ["group.Normal"] = "no more reports than this hour of the week explains",
        ["group.Elevated"] = "more reports than usual, less than a spike",
        ["group.Spike"] = "far more reports than chance explains",
        ["group.Unknown"] = "out of sight: neither calm nor trouble can be claimed",

        ["reason.AsUsual"] = "as usual",
        ["reason.BelowFloor"] = "too few to judge",
        ["reason.AboveUsual"] = "above usual",
        ["reason.FarAboveUsual"] = "far above usual",
        ["reason.Easing"] = "easing",
        ["reason.NoBaselineYet"] = "nothing to compare with yet",
        ["reason.NoSight"] = "out of sight",

        ["window.1m"] = "1 minute",
        ["window.5m"] = "5 minutes",
        ["window.15m"] = "15 minutes",
        ["window.1h"] = "1 hour",
        ["window.24h"] = "24 hours",

        ["symptom.app"] = "App",
        ["symptom.website"] = "Website",
        ["symptom.server"] = "Server connection",
        ["symptom.login"] = "Signing in",
        ["symptom.api"] = "API",
        ["symptom.dns"] = "DNS",
        ["symptom.cdn"] = "CDN",
        ["symptom.tv"] = "TV",
        ["symptom.sms"] = "SMS",
        ["symptom.other"] = "Something else",

        ["region.ALL"] = "All regions together",
        ["region.ZZ"] = "Somewhere",
        ["region.ZZ.in"] = "places unknown",
        ["region.article"] = RegionsWithArticle,

        ["reports.one"] = "1 report",
        ["reports.many"] = "{n} reports",
        ["usual"] = "usually {n}",
        ["ratio"] = "{n}×",
        ["ratio.huge"] = "over 999×",
        ["evidence.in"] = "{region}: {sentence}",
        ["inRegions.one"] = "1 region in spike",
        ["inRegions.many"] = "{n} regions in spike",
        ["spark"] = "The last 6 hours, in steps of 15 minutes: at most {n} reports in one.",

        ["list.two"] = "{a} and {b}",
        ["list.three"] = "{a}, {b} and {c}",
        ["list.many"] = "{a}, {b} and {n} more {noun}",
        ["where"] = " in {regions}",
        ["where.spread"] = ", a little in many regions",

        ["front.Spike.one"] = "{names} is having trouble right now.",
        ["front.Spike.many"] = "{names} are having trouble right now.",
        ["front.Elevated.one"] = "Nothing is in spike, but {names} has more reports than usual.",
        ["front.Elevated.many"] = "Nothing is in spike, but {names} have more reports than usual.",
        ["front.Normal"] = "Everything looks as usual right now.",
        ["front.Unknown"] = "We cannot see how anything is right now.",
        ["front.someUnknown"] = "What we can see looks as usual, but we cannot see everything.",
        ["front.empty"] = "There are no services here yet.",
        ["front.noMatch"] = "No service matches “{q}”.",
        ["front.matches.one"] = "1 service matches.",
        ["front.matches.many"] = "{n} services match.",

        ["status.Spike"] = "Many people are having trouble with {name}{where}.",
        ["status.Easing"] = "The trouble with {name}{where} is easing, but it is not over yet.",
        ["status.Elevated"] = "Somewhat more people than usual are having trouble with {name}{where}.",
        ["status.Normal"] = "{name} looks fine: no more reports than usual.",
        ["status.Quiet"] = "{name} looks fine: hardly anybody reports trouble.",
        ["status.New"] = "{name} looks fine so far, but it is new here and there is little to compare with.",
        ["status.Unknown"] = "We cannot see right now, so we cannot say how {name} is.",

        ["why.Above"] = "{reports} {span} where {usual}{networks}{since}{chance}.",
        ["why.Easing"] = "Easing: {reports} {span} where {usual}{began}.",
        ["why.Normal"] = "{reports} {span}; {usual} at this hour.",
        ["why.BelowFloor"] = "{reports} {span} where {usual}: too few to judge.",
        ["why.New"] = "{reports} {span}; there is no baseline yet to compare with.",
        ["why.New.Elevated"] = "{reports} {span}{networks}{since}; there is no baseline yet, but this is more than a new service usually gets.",
        ["why.New.Spike"] = "{reports} {span}{networks}{since}; there is no baseline yet, but this is far more than a new service usually gets.",
        ["why.NotYet"] = "Nothing has been judged yet, and there is no baseline to judge by.",
        ["why.Unknown"] = "Out of sight since {at}: nothing was seen, so nothing is said.",
        ["why.bare"] = "{reports} where {n} are usual.",
        ["why.live"] = "in the last {window}",
        ["why.past"] = "within {window}",
        ["why.usual"] = "{low} to {high} are usual",
        ["why.networks.one"] = ", from 1 network",
        ["why.networks.many"] = ", from {n} networks",
        ["why.since"] = ", since about {at}",
        ["why.began"] = "; it began about {at}",
        ["why.chance"] = "; chance alone does this {once}",
        ["why.often"] = "{n} times a day",
        ["why.daily"] = "once a day",
        ["why.once.days"] = "once in {n} days",
        ["why.once.years"] = "once in {n} years",
        ["why.lessThan"] = "less than {once}",
        ["why.second.many"] = "{n} seconds",
        ["why.minute"] = "minute",
        ["why.minute.one"] = "1 minute",
        ["why.minute.many"] = "{n} minutes",
        ["why.hour"] = "hour",
        ["why.hour.one"] = "1 hour",
        ["why.hour.many"] = "{n} hours",

        ["incident"] = "Incident open since",
        ["incident.peak"] = "at its worst {observed} where {expected} are usual",
        ["incident.link"] = "the record",

        ["outcome.counted"] = "Counted, thank you: {name} has had {reports} in the last 15 minutes.",
        ["outcome.duplicate"] = "Duplicate: we have your report from a short while ago already, and it stays counted once.",
        ["outcome.quarantined"] = "Quarantined: your network has already sent its share of reports for now, so this one is set aside.",
        ["outcome.refused"] = "Not taken. {problem}",
        ["outcome.sending"] = "Sending…",
        ["outcome.unreachable"] = "Not sent: the server could not be reached. Please try again in a moment.",
        ["outcome.retry"] = "Please try again in {n} s.",

        ["banner.unreachable"] = "The server cannot be reached. What you see may be out of date; trying again.",
        ["banner.blind"] = "We have lost sight: the level is unknown until reports can be seen again. That is not the same as calm.",
        ["banner.partlyBlind"] = "We have lost sight of some services ({n}): their level is unknown. That is not the same as calm.",

        ["chart.reports"] = "Reports",
        ["chart.usual"] = "Usual",
        ["chart.soFar"] = "so far",
        ["chart.gap"] = "nobody could report",
        ["chart.summary"] = "{region}: {reports} in the last 24 hours, where {expected} would be usual; at most {peak} in 5 minutes.",
        ["chart.failed"] = "The chart could not be loaded.",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
