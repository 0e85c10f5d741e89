using HdrHistogram;

namespace Aggregator.Simulator;

/// <summary>What a load came to, without its warm-up.</summary>
/// <param name="OfferedRate">Reports per second that fell due.</param>
/// <param name="AchievedRate">Answers per second, until the last one.</param>
/// <param name="NotSent">Reports that waited for a connection to the end.</param>
/// <param name="Answers">How many reports got which answer.</param>
/// <param name="Latency">From the moment a report was due until its answer, or until it was given up.</param>
/// <param name="Lateness">How late the pacer itself looked at the clock.</param>
internal sealed record LoadFigures(
    long Offered, double OfferedRate, double AchievedRate, long NotSent, IReadOnlyDictionary<string, long> Answers, Percentiles Latency, Percentiles Lateness)
{
    private static readonly string[] Taken = ["counted", "duplicate", "quarantined"];

    /// <summary>Whether every report was acknowledged.</summary>
    public bool AllTaken => Taken.Sum(Of) == Offered;

    public long Of(string word) => Answers.GetValueOrDefault(word);
}

/// <summary>How long it took, for the half, for nine of ten, and so on.</summary>
internal sealed record Percentiles(TimeSpan P50, TimeSpan P90, TimeSpan P99, TimeSpan P999, TimeSpan Max)
{
    public static Percentiles Of(HistogramBase microseconds)
    {
        if (microseconds.TotalCount == 0) return new(default, default, default, default, default);
        return new(At(50), At(90), At(99), At(99.9), At(100));

        TimeSpan At(double percentile) => TimeSpan.FromMicroseconds(microseconds.GetValueAtPercentile(percentile));
    }
}
