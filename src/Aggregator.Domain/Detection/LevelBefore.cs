namespace Aggregator.Domain;

/// <summary>The level of a series before an episode, by which its end is judged: the level that is followed meanwhile is the trouble's own.</summary>
/// <param name="Level">What it was shortly before the episode was opened.</param>
/// <param name="Minute">The start of the step it was taken at.</param>
/// <param name="Opened">The minute the episode was opened; beyond that far back the windows begin before it.</param>
internal readonly record struct LevelBefore(double Level, long Minute, long Opened)
{
    // What has lasted for longer than the longest window is the new usual.
    private const int Lasts = ScanWindows.SpanMinutes;

    /// <summary>The level at a minute.</summary>
    public double At(long minute, Baseline baseline) =>
        minute > Opened && minute - Opened < Lasts ? 1 + (Level - 1) * Baseline.Left(minute - Minute) : baseline.LevelAt(minute);
}
