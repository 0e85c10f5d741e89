namespace Aggregator.Domain;

// Written by ChanceTableTests with UPDATE_LEDGERS=1, not by hand: times per series and day, from 28000 quiet series-days.
public static partial class ChanceTable
{
    private const int FirstScore = 2;

    private static ReadOnlySpan<double> PerDay => [0.815643, 0.234857, 0.077714, 0.030143, 0.01375, 0.006679, 0.003679, 0.002286, 0.001286, 0.000929, 0.000607, 0.000429];
}
