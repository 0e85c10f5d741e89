namespace Aggregator.Simulator;

/// <summary>A quasi-Poisson regression on the same time of the last fourteen days, past outbreaks weighted down: how far the count exceeds its upper bound.</summary>
/// <remarks>
/// Farrington flexible: A. Noufaily and others, "An improved algorithm for outbreak detection in multiple surveillance systems" (Statistics in Medicine 2013).
/// Their weeks of years are here quarters of an hour of days, three to each side. Simplified: the reference window alone, without the other
/// parts of the season as further factors; the bound is the one of the 2/3 power, with the uncertainty of the prediction.
/// </remarks>
internal static class Farrington
{
    private const int Bin = 15;
    private const int PerDay = 1440 / Bin;
    private const int Days = 14;
    private const int Beside = 3;
    private const double Outbreak = 2.58;
    private const double Quantile = 2.58;
    private const int LeastReports = 5;
    private const int LeastReportsBins = 4;

    public static float[] Scores(int[] counts)
    {
        var minutes = new Minutes(counts);
        var bins = minutes.Bins(Bin);
        var scores = new double[bins.Length];
        var reference = new Regression(Days * (2 * Beside + 1));
        for (var i = Days * PerDay + Beside; i < bins.Length; i++)
        {
            // Their rule for sparse series: at least five reports in the last four periods.
            if (double.IsNaN(bins[i]) || minutes.Reports((i + 1) * Bin, LeastReportsBins * Bin) < LeastReports) continue;

            reference.Clear();
            for (var day = Days; day >= 1; day--)
                for (var beside = -Beside; beside <= Beside; beside++)
                    if (bins[i - day * PerDay + beside] is var reports && !double.IsNaN(reports)) reference.Add(-day, reports);

            if (reference.Count >= Days) scores[i] = Exceedance(reference, bins[i]);
        }

        return minutes.PerMinute(scores, Bin);
    }

    private static double Exceedance(Regression reference, double reports)
    {
        reference.Fit(trend: true);
        reference.WeighDown(Outbreak);
        reference.Fit(trend: true);
        // A trend that leads beyond all that was seen is not believed.
        if (reference.Expected > reference.Most) reference.Fit(trend: false);

        var expected = Math.Max(reference.Expected, 1e-3);
        var deviation = Math.Sqrt(reference.Dispersion * expected + reference.ExpectedVariance);
        var bound = expected * Math.Pow(1 + 2.0 / 3 * Quantile * deviation / expected, 1.5);
        return Math.Max(0, (reports - expected) / (bound - expected));
    }
}
