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
}

/// <summary>What the detector says of one series at one bucket close, and the numbers that made it say so.</summary>
/// <param name="Level">How bad it looks.</param>
/// <param name="Reason">Why.</param>
/// <param name="Observed">Reports in the window that decided.</param>
/// <param name="Expected">Reports that are usual for that window.</param>
/// <param name="Window">The length of the window that decided; zero where nothing was judged.</param>
/// <param name="Score">How sure: a log likelihood ratio, 0 or more.</param>
/// <param name="Since">When the level was taken; for a spike, the estimated onset (the start of the window that opened it).</param>
public readonly record struct Verdict(
    Level Level, VerdictReason Reason, double Observed, double Expected, TimeSpan Window, double Score, DateTimeOffset Since);
