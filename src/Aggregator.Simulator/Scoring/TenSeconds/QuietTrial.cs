using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>Thirty days in which nothing happens: every spike is a false one.</summary>
internal static class QuietTrial
{
    public const int LiveDays = 30;
    private const int PastDays = 14;

    /// <summary>The windows that decided for them.</summary>
    public static IReadOnlyList<TimeSpan> FalseSpikes(double perMinute, long seed, int trial)
    {
        var series = new IntakeSeries(seed, FormattableString.Invariant($"quiet {perMinute} {trial}"), perMinute);
        return new Watched(series, PastDays * 1440).Calm(LiveDays * 1440 * IntakeSeries.BucketsPerMinute);
    }

    /// <summary>For each score, in ascending order: how many times it is reached; one that is reached again within 15 minutes is one time.</summary>
    public static long[] Reached(double perMinute, long seed, int trial, IReadOnlyList<double> scores)
    {
        var series = new IntakeSeries(seed, FormattableString.Invariant($"chance {perMinute} {trial}"), perMinute);
        var watched = new Watched(series, PastDays * 1440);
        var hold = BucketGrid.TenSeconds.Count(TimeSpan.FromMinutes(15));
        var times = new long[scores.Count];
        var last = Enumerable.Repeat(long.MinValue / 2, scores.Count).ToArray();
        for (var i = 0; i < LiveDays * 1440 * IntakeSeries.BucketsPerMinute; i++)
        {
            var score = watched.Score();
            for (var s = 0; s < scores.Count && score >= scores[s]; s++)
            {
                if (i - last[s] > hold) times[s]++;
                last[s] = i;
            }
        }

        return times;
    }
}
