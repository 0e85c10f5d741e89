namespace Aggregator.Simulator;

/// <summary>Level, trend and time of day, each smoothed exponentially over five minutes' counts, and the band around them that is smoothed likewise.</summary>
/// <remarks>
/// J. Brutlag, "Aberrant behavior detection in time series for network monitoring" (LISA 2000), with the weights of RRDtool's manual;
/// the score is how many bands the count lies above what is predicted.
/// </remarks>
internal static class HoltWinters
{
    private const int Bin = 5;
    private const int Season = 1440 / Bin;
    private const double OfLevel = 0.1;
    private const double OfTrend = 0.0035;
    private const double OfSeason = 0.1;

    // A band of nothing around nothing would make one report endless.
    private const double LeastBand = 0.3;

    public static float[] Scores(int[] counts)
    {
        var minutes = new Minutes(counts);
        var bins = minutes.Bins(Bin);
        var scores = new double[bins.Length];
        var (season, band) = (new double[Season], new double[Season]);
        var (level, trend) = (Begin(bins, season), 0.0);
        Array.Fill(band, Math.Sqrt(Math.Max(level, LeastBand)));
        for (var i = Season; i < bins.Length; i++)
        {
            if (double.IsNaN(bins[i])) continue;
            var place = i % Season;
            var off = bins[i] - (level + trend + season[place]);
            scores[i] = Math.Max(0, off / Math.Max(band[place], LeastBand));

            band[place] = OfSeason * Math.Abs(off) + (1 - OfSeason) * band[place];
            var before = level;
            level = OfLevel * (bins[i] - season[place]) + (1 - OfLevel) * (level + trend);
            trend = OfTrend * (level - before) + (1 - OfTrend) * trend;
            season[place] = OfSeason * (bins[i] - level) + (1 - OfSeason) * season[place];
        }

        return minutes.PerMinute(scores, Bin);
    }

    // The first day is taken as it was.
    private static double Begin(double[] bins, double[] season)
    {
        var mean = bins.Take(Season).Where(bin => !double.IsNaN(bin)).DefaultIfEmpty(0).Average();
        for (var i = 0; i < Math.Min(Season, bins.Length); i++) season[i] = double.IsNaN(bins[i]) ? 0 : bins[i] - mean;
        return mean;
    }
}
