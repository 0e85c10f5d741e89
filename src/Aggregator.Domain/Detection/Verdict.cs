namespace Aggregator.Domain;

/// <summary>Why the detector said what it said.</summary>
public enum VerdictReason
{
    /// <summary>No more than is usual for this hour of the week.</summary>
    AsUsual,

    /// <summary>Too few reports to mean anything, whatever the ratio.</summary>
    BelowFloor,

    /// <summary>Above the usual range, below a spike.</summary>
    AboveUsual,

    /// <summary>Far above the usual range.</summary>
    FarAboveUsual,

    /// <summary>A spike is easing: the latest windows are calm, but not yet for long enough.</summary>
    Easing,

    /// <summary>The series is new: judged against a prior alone.</summary>
    NoBaselineYet,

    /// <summary>The buckets were not open for reports, or the store was out of sight.</summary>
    NoSight,

    /// <summary>What was a spike for two days has not gone back: it is the usual from now on.</summary>
    BecameUsual,
}

/// <summary>What the detector says of one series at one bucket close, and the numbers that made it say so.</summary>
/// <remarks>What can be worked out of the numbers is worked out when it is asked for: most verdicts are never read.</remarks>
/// <param name="Level">How bad it looks.</param>
/// <param name="Reason">Why.</param>
/// <param name="Observed">Reports in the window that decided.</param>
/// <param name="Expected">Reports that are usual for that window.</param>
/// <param name="Window">The length of the window that decided; zero where nothing was judged.</param>
/// <param name="Score">How sure: a log likelihood ratio, 0 or more.</param>
/// <param name="Since">When the level was taken; for a spike, the onset as it was estimated when it became one.</param>
/// <param name="Overdispersion">How much counts over such a window scatter beyond chance: their variance is <c>L + phi L²</c>.</param>
/// <param name="Onset">When the trouble began, as far as it can be told by now; none where there is none.</param>
public readonly record struct Verdict(
    Level Level, VerdictReason Reason, double Observed, double Expected, TimeSpan Window, double Score, DateTimeOffset Since,
    double Overdispersion = 0, DateTimeOffset? Onset = null)
{
    /// <summary>Nothing was seen.</summary>
    public static Verdict Blind(DateTimeOffset since) => default(Verdict) with { Level = Level.Unknown, Reason = VerdictReason.NoSight, Since = since };

    /// <summary>Observed over expected; none where nothing is expected.</summary>
    public double? Ratio => Expected > 0 ? Observed / Expected : null;

    /// <summary>The fewest and the most reports that the window holds on all but five days of a hundred.</summary>
    public (double Low, double High) Usual => UsualRange.Of(Expected, Overdispersion);

    /// <summary>
    /// The mean time between such scores where nothing but chance is at work, in one series; no more than <see cref="ChanceTable.Longest"/>,
    /// which says no more than "at least". None where chance does it all the time, and where there is no baseline yet to measure chance by.
    /// </summary>
    public TimeSpan? Chance => Reason == VerdictReason.NoBaselineYet ? null : ChanceTable.MeanTimeBetween(Score);
}
