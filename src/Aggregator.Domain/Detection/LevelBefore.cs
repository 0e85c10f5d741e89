namespace Aggregator.Domain;

/// <summary>The level of a series before an episode, by which its end is judged: the level that is followed meanwhile is the trouble's own.</summary>
/// <param name="Level">What it was shortly before the episode was opened.</param>
/// <param name="Standing">The standing when the episode was opened.</param>
/// <param name="Minute">The start of the step it was taken at.</param>
/// <param name="Opened">The minute the episode was opened; windows that reach further back begin before it.</param>
internal readonly record struct LevelBefore(double Level, double Standing, long Minute, long Opened)
{
    /// <summary>By what to multiply the usual of today to get what would be usual at a minute had the episode taught nothing.</summary>
    public double At(long minute, Baseline baseline) =>
        (minute > Opened ? 1 + (Level - 1) * Baseline.Left(minute - Minute) : baseline.LevelAt(minute)) * (Standing / baseline.Standing);
}
