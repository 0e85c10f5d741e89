using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>The arithmetic of a verdict.</summary>
/// <param name="Region">Whose it is; <c>ALL</c> is the sum.</param>
/// <param name="Observed">Reports in the window that decided.</param>
/// <param name="Expected">Reports that are usual for that window.</param>
/// <param name="Ratio">Observed over expected; none where nothing is expected.</param>
/// <param name="Score">How sure: a log likelihood ratio, 0 or more.</param>
/// <param name="Onset">When the trouble began, as far as it can be told; none where there is none.</param>
/// <param name="Usual">What that window holds in 95 cases of 100.</param>
/// <param name="Window">The window that decided: <c>30s</c>, <c>5m</c>, <c>4h</c>.</param>
/// <param name="Networks">Distinct networks since the onset, in the last half hour at most; without an onset, in that window. 0 where they are not known.</param>
/// <param name="Chance">How often chance alone gets so far in one series; none where it does so all the time, or nothing is known of it yet.</param>
/// <param name="Sentence">The same for a person.</param>
public sealed record EvidenceAnswer(
    string Region, VerdictReason Reason, double Observed, double Expected, double? Ratio, double Score, DateTimeOffset? Onset,
    UsualAnswer? Usual, string? Window, long Networks, ChanceAnswer? Chance, string Sentence)
{
    /// <summary>What holds now.</summary>
    internal static EvidenceAnswer Now(string region, Verdict verdict, long networks, DateTimeOffset now) =>
        Of(region, verdict, networks, Wording.Explain(verdict, networks, now));

    /// <summary>What held at a moment of the past.</summary>
    internal static EvidenceAnswer Then(string region, Verdict verdict, long networks, DateTimeOffset at) =>
        Of(region, verdict, networks, Wording.ExplainPast(verdict, networks, at));

    private static EvidenceAnswer Of(string region, Verdict verdict, long networks, string sentence) => new(
        region, verdict.Reason, verdict.Observed, Round(verdict.Expected), verdict.Ratio is { } ratio ? Round(ratio) : null, Round(verdict.Score), verdict.Onset,
        UsualAnswer.Of(verdict), verdict.Window > TimeSpan.Zero ? Wording.Length(verdict.Window) : null, networks, ChanceAnswer.Of(verdict), sentence);

    private static double Round(double value) => Math.Round(value, 2);
}

/// <summary>The fewest and the most reports that are usual.</summary>
public sealed record UsualAnswer(double Low, double High)
{
    internal static UsualAnswer? Of(Verdict verdict) => verdict.Window > TimeSpan.Zero ? new(verdict.Usual.Low, verdict.Usual.High) : null;
}

/// <summary>How often chance alone gets so far, in one series.</summary>
/// <param name="OnceInDays">The mean time between; where the text says "less than", it is longer than this.</param>
public sealed record ChanceAnswer(double OnceInDays, string Text)
{
    internal static ChanceAnswer? Of(Verdict verdict) => verdict.Chance is { } between ? new(Math.Round(between.TotalDays, 1), Wording.Once(between)) : null;
}
