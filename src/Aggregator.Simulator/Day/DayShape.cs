namespace Aggregator.Simulator;

/// <summary>The course of the outage of 2025-10-20: how many people report, second by second of the day, against the first peak.</summary>
/// <remarks>
/// Quiet; from 06:48 on it begins, spikes from 07:00, a decay, the second and larger jump nine hours later, and calm at 21:20.
/// Minutes have gusts of their own, drawn from the seed; the day is squeezed into as many seconds as are asked for.
/// </remarks>
internal static class DayShape
{
    private const double Quiet = 0.02;
    private const double Gust = 0.08;

    private static readonly (double Hour, double Level)[] Anchors =
    [
        (0, Quiet), (6.8, Quiet), (7, 0.2), (7.25, 0.9), (7.6, 1), (8.5, 0.75), (10, 0.35), (12, 0.2), (15.75, 0.16),
        (16, 0.9), (16.4, 1.5), (17.2, 1.3), (18.5, 0.6), (20, 0.25), (21, 0.08), (21.0 + 1.0 / 3, Quiet), (24, Quiet),
    ];

    public static double At(double hour)
    {
        var i = 1;
        while (Anchors[i].Hour < hour) i++;
        var ((from, low), (to, high)) = (Anchors[i - 1], Anchors[i]);
        return low + (high - low) * (hour - from) / (to - from);
    }

    /// <summary>How many reports there are before each second of the day; the last figure is <paramref name="reports"/>.</summary>
    public static long[] Before(long seed, long reports, int seconds)
    {
        var dice = new Dice(seed, "day", "gusts");
        var sums = new double[seconds + 1];
        var gust = 1.0;
        for (var second = 0; second < seconds; second++)
        {
            if (second % 60 == 0) gust = Math.Exp(Gust * dice.Normal());
            sums[second + 1] = sums[second] + gust * At(24.0 * second / seconds);
        }

        // The last quotient is 1 to the last bit, so that not one report is lost to rounding.
        return [.. sums.Select(sum => (long)(reports * (sum / sums[seconds])))];
    }
}
