namespace Aggregator.Simulator;

/// <summary>What happens to a service that is no outage: it grows, has busy days, and is out of the collector's sight.</summary>
internal sealed class Course
{
    private const double BusyDaysPer56 = 1.75;
    private const double GapsPer56 = 4;
    private readonly double[] _factors;

    public Course(Dice dice, int days)
    {
        _factors = new double[days * 1440];
        Array.Fill(_factors, 1);
        Grow(dice, days);
        BusyDays = Several(dice, BusyDaysPer56 * days / 56, longest: 32 * 60, days, () => (int)dice.Between(12 * 60, 32 * 60));
        foreach (var (start, end) in BusyDays)
        {
            // It begins and ends without a step.
            var most = Math.Log(dice.Between(1.4, 3));
            for (var minute = start; minute <= end; minute++) _factors[minute] *= Math.Exp(most * Hump((minute - start + 0.5) / (end - start + 1)));
        }

        Gaps = Several(dice, GapsPer56 * days / 56, longest: 230, days, () => (int)dice.Between(10, 230));
    }

    /// <summary>First and last minutes of announced busy days.</summary>
    public IReadOnlyList<(int First, int Last)> BusyDays { get; }

    /// <summary>First and last minutes of gaps.</summary>
    public IReadOnlyList<(int First, int Last)> Gaps { get; }

    /// <summary>What it makes of the usual rate.</summary>
    public double At(int minute) => _factors[minute];

    // One of four services moves to another level for good within an hour, or doubles over weeks.
    private void Grow(Dice dice, int days)
    {
        var (what, when, times) = (dice.Next(), dice.Next(), dice.Between(1.4, 3));
        if (what > 0.25) return;

        var begin = (int)((0.4 + 0.5 * when) * days * 1440);
        var takes = what < 0.12 ? 60.0 : 14 * 1440;
        var log = Math.Log(times);
        for (var minute = begin; minute < _factors.Length; minute++) _factors[minute] = Math.Exp(log * Math.Min(1, (minute - begin) / takes));
    }

    private static (int, int)[] Several(Dice dice, double mean, int longest, int days, Func<int> length)
    {
        var spans = new (int First, int)[dice.Poisson(mean)];
        for (var i = 0; i < spans.Length; i++)
        {
            var first = (int)(dice.Next() * (days * 1440 - longest));
            spans[i] = (first, first + length() - 1);
        }

        return [.. spans.OrderBy(span => span.First)];
    }

    private static double Hump(double part) => 16 * part * part * (1 - part) * (1 - part);
}
