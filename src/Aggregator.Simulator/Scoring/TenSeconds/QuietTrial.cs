namespace Aggregator.Simulator;

/// <summary>Thirty days in which nothing happens: every spike is a false one.</summary>
internal static class QuietTrial
{
    private const int PastDays = 14;
    private const int LiveDays = 30;

    /// <summary>The windows that decided for them.</summary>
    public static IReadOnlyList<TimeSpan> FalseSpikes(double perMinute, long seed, int trial)
    {
        var series = new IntakeSeries(seed, FormattableString.Invariant($"quiet {perMinute} {trial}"), perMinute);
        return new Watched(series, PastDays * 1440).Calm(LiveDays * 1440 * IntakeSeries.BucketsPerMinute);
    }
}
