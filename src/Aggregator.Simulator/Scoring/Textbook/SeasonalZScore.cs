namespace Aggregator.Simulator;

/// <summary>How many standard deviations of the last week the rate of five minutes lies above a prediction from the same hour of the last three weeks.</summary>
/// <remarks>
/// The recording rules that are copied for Prometheus: A. Newdigate, "How to use Prometheus for anomaly detection in GitLab" (2019). The prediction is the
/// median over three weeks of: the mean of the four hours around this time then, plus what the weekly mean has grown since.
/// </remarks>
internal static class SeasonalZScore
{
    private const int Week = 7 * 1440;
    private const int Around = 240;

    public static float[] Scores(int[] counts)
    {
        var minutes = new Minutes(counts);
        var scores = new float[counts.Length];
        var (sum, squares, seen) = (0.0, 0.0, 0);
        for (var minute = 0; minute < scores.Length; minute++)
        {
            var end = minute + 1;
            var rate = minutes.Rate(end, 5);
            Move(rate, 1);
            if (end > Week) Move(minutes.Rate(end - Week, 5), -1);
            if (end <= Week || double.IsNaN(rate) || seen < 2) continue;

            var deviation = Math.Sqrt(Math.Max(0, squares / seen - sum / seen * (sum / seen)));
            var predicted = Predicted(minutes, end);
            if (deviation > 1e-9 && !double.IsNaN(predicted)) scores[minute] = (float)Math.Max(0, (rate - predicted) / deviation);
        }

        return scores;

        void Move(double rate, int sign)
        {
            if (double.IsNaN(rate)) return;
            sum += sign * rate;
            squares += sign * rate * rate;
            seen += sign;
        }
    }

    private static double Predicted(Minutes minutes, int end)
    {
        var (now, known) = (minutes.Rate(end, Week), 0);
        Span<double> weeks = stackalloc double[3];
        for (var back = 1; back <= 3; back++)
        {
            var then = minutes.Rate(end - back * Week, Week);
            var around = minutes.Rate(end - back * Week + Around / 2, Around);
            // Before there are three weeks, the growth cannot be known for all of them.
            var predicted = around + (double.IsNaN(then) ? 0 : now - then);
            if (!double.IsNaN(predicted)) weeks[known++] = predicted;
        }

        weeks[..known].Sort();
        return known == 0 ? double.NaN : weeks[(known - 1) / 2];
    }
}
