namespace Aggregator.Simulator;

/// <summary>Reports of the last 15 minutes over the average of this time of day, at least 10 of them.</summary>
/// <remarks>As outage sites describe themselves: Downdetector, "How does Downdetector work": reports compared with the typical volume for that time of day.</remarks>
internal static class RatioToAverage
{
    private const int Window = 15;
    private const int Days = 28;
    private const int LeastReports = 10;

    // An average of nearly nothing would make anything endless.
    private const double LeastAverage = 0.5;

    public static float[] Scores(int[] counts)
    {
        var minutes = new Minutes(counts);
        var scores = new float[counts.Length];
        // The sum over the days of each minute's window, moved on day by day.
        var (sums, seen) = (new double[1440], new int[1440]);
        for (var minute = 0; minute < scores.Length; minute++)
        {
            var (end, place) = (minute + 1, minute % 1440);
            Add(end - 1440, 1);
            Add(end - (Days + 1) * 1440, -1);
            var reports = minutes.Reports(end, Window);
            if (reports >= LeastReports && seen[place] > 0) scores[minute] = (float)(reports / Math.Max(sums[place] / seen[place], LeastAverage));

            void Add(int until, int sign)
            {
                if (until < Window || minutes.Seen(until, Window) < Window) return;
                sums[place] += sign * minutes.Reports(until, Window);
                seen[place] += sign;
            }
        }

        return scores;
    }
}
