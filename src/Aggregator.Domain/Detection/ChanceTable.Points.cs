namespace Aggregator.Domain;

// Written by ChanceTableTests with UPDATE_LEDGERS=1, not by hand: times per series and day, from 28000 quiet series-days.
public static partial class ChanceTable
{
    private const int FirstScore = 2;

    private static ReadOnlySpan<double> PerDay => [0.06525, 0.009429, 0.0015, 0.000393, 0.000357];
}
