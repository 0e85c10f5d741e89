using System.Globalization;

namespace Aggregator.Simulator;

/// <summary>How good scores are at one threshold. Not a number: there was nothing to measure. Infinite: missed.</summary>
/// <param name="Threshold">The score from which an alert is open.</param>
/// <param name="FalseAlarms">Alerts that open outside every incident, per series and 30 days.</param>
/// <param name="Worst">The same of the worst of five volume classes.</param>
/// <param name="Precision">Alerts inside an incident, of those and the false ones and those on bot bursts.</param>
/// <param name="Found">Incidents in which an alert opens between the start and ten minutes after the end (PoD).</param>
/// <param name="FoundBelow4">The same of incidents of a size below 4.</param>
/// <param name="Found4To8">From 4 to 8.</param>
/// <param name="Found8To16">From 8 to 16.</param>
/// <param name="FoundFrom16">From 16.</param>
/// <param name="DelayMedian">Minutes from the start to the alert, incidents from size 8: half are as fast (TTD50).</param>
/// <param name="Delay90">Nine of ten are as fast (TTD90).</param>
/// <param name="DelayMedian4To8">The median of sizes 4 to 8.</param>
/// <param name="Fragments">Alerts per incident found.</param>
/// <param name="ClosedMedian">Minutes from the end of an incident to the end of its last alert, the median.</param>
/// <param name="Closed90">Nine of ten are closed as soon.</param>
/// <param name="BotBursts">The share of bot bursts that raised an alert.</param>
/// <param name="OnBusyDays">The share of the false alarms that fall into announced busy days.</param>
internal sealed record YardstickRow(
    double Threshold, double FalseAlarms, double Worst, double Precision,
    double Found, double FoundBelow4, double Found4To8, double Found8To16, double FoundFrom16,
    double DelayMedian, double Delay90, double DelayMedian4To8,
    double Fragments, double ClosedMedian, double Closed90, double BotBursts, double OnBusyDays)
{
    /// <summary>What stands above <see cref="ToText"/>.</summary>
    public const string Head =
        "  FA/30d  worst   prec |   PoD    z<4    4-8   8-16    16+ | TTD50  TTD90   T50m |  frag  clr50  clr90 |  bot%    ev% |       h";

    /// <summary>The row as a line of text. Delays are minutes; of a grid finer than a minute they have a digit after the point.</summary>
    public string ToText(bool tenths = false)
    {
        var minutes = tenths ? 1 : 0;
        return $"{Figure(FalseAlarms, 8, 2)} {Figure(Worst, 6, 2)} {Figure(Precision, 6, 2)} | " +
            $"{Figure(Found, 5, 2)} {Figure(FoundBelow4, 6, 2)} {Figure(Found4To8, 6, 2)} {Figure(Found8To16, 6, 2)} {Figure(FoundFrom16, 6, 2)} | " +
            $"{Figure(DelayMedian, 5, minutes)} {Figure(Delay90, 6, minutes)} {Figure(DelayMedian4To8, 6, minutes)} | " +
            $"{Figure(Fragments, 5, 2)} {Figure(ClosedMedian, 6, 0)} {Figure(Closed90, 6, 0)} | " +
            $"{Figure(100 * BotBursts, 5, 0)} {Figure(100 * OnBusyDays, 6, 0)} | {Threshold.ToString("G4", CultureInfo.InvariantCulture),7}";
    }

    private static string Figure(double value, int width, int digits) =>
        (double.IsNaN(value) ? "nan" : double.IsInfinity(value) ? "inf" : value.ToString($"F{digits}", CultureInfo.InvariantCulture)).PadLeft(width);
}
