namespace Aggregator.Domain;

/// <summary>How often chance alone reaches a score, in one series.</summary>
/// <remarks>
/// Counted on simulated series of 10-second buckets in which nothing is ever wrong (the simulator's <c>delays</c>), of a report in a hundred minutes to a hundred
/// a minute, all volumes alike. A score that is reached again within 15 minutes is one time. The points lie in <c>ChanceTable.Points.cs</c>, which the tests' <c>ChanceTableTests</c> measure and write;
/// between two points the rate is taken to fall evenly on a logarithmic scale, and beyond the last one nothing is claimed.
/// </remarks>
public static partial class ChanceTable
{
    /// <summary>The longest mean time that was measured: a score that reaches it is rarer than that, by how much is not known.</summary>
    public static TimeSpan Longest { get; } = Days(PerDay[^1]);

    /// <summary>The score that chance alone reaches so rarely.</summary>
    public static double Highest => FirstScore + PerDay.Length - 1;

    /// <summary>The mean time between two times that chance alone reaches the score; none where it does so all the time.</summary>
    public static TimeSpan? MeanTimeBetween(double score)
    {
        if (!(score >= FirstScore)) return null;
        if (score >= Highest) return Longest;

        var place = (int)(score - FirstScore);
        var part = score - FirstScore - place;
        return Days(Math.Exp((1 - part) * Math.Log(PerDay[place]) + part * Math.Log(PerDay[place + 1])));
    }

    private static TimeSpan Days(double perDay) => TimeSpan.FromDays(1 / perDay);
}
