namespace Aggregator.Domain;

// Written by ChanceTableTests with UPDATE_LEDGERS=1, not by hand: times per series and day, from 12000 quiet series-days.
public static partial class ChanceTable
{
    private const int FirstScore = 2;

    private static ReadOnlySpan<double> PerDay => [0.179417, 0.047167, 0.011167, 0.003833, 0.0015];
}
