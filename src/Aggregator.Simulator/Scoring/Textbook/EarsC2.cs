namespace Aggregator.Simulator;

/// <summary>The last 15 minutes against the same 15 minutes of seven days, of which the last two are left out, in standard deviations.</summary>
/// <remarks>
/// EARS C2: L. Hutwagner and others, "The bioterrorism preparedness and response Early Aberration Reporting System (EARS)" (2003);
/// their days are here the same time of day.
/// </remarks>
internal static class EarsC2
{
    private const int Window = 15;
    private const int LeftOut = 2;
    private const int Days = 7;
    private const double LeastDeviation = 0.2;

    public static float[] Scores(int[] counts)
    {
        var minutes = new Minutes(counts);
        var scores = new float[counts.Length];
        for (var minute = 0; minute < scores.Length; minute++)
        {
            var (sum, squares, seen) = (0.0, 0.0, 0);
            for (var day = LeftOut + 1; day <= LeftOut + Days; day++)
            {
                var end = minute + 1 - day * 1440;
                if (end < Window || minutes.Seen(end, Window) < Window) continue;
                var reports = (double)minutes.Reports(end, Window);
                (sum, squares, seen) = (sum + reports, squares + reports * reports, seen + 1);
            }

            if (seen < 3) continue;
            var mean = sum / seen;
            var deviation = Math.Sqrt(Math.Max(0, squares - seen * mean * mean) / (seen - 1));
            scores[minute] = (float)Math.Max(0, (minutes.Reports(minute + 1, Window) - mean) / Math.Max(deviation, LeastDeviation));
        }

        return scores;
    }
}
