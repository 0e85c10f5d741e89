namespace Aggregator.Simulator;

/// <summary>One series of a routine set.</summary>
/// <param name="Counts">By minute, from Monday 2026-01-05 00:00 UTC on.</param>
/// <param name="Spans">First minutes and minutes after the last: of each peak, of the outage, or of the level that stays.</param>
internal sealed record RoutineSeries(RoutineKind Kind, int[] Counts, IReadOnlyList<(int From, int To)> Spans);

/// <summary>Series in which something is regular or lasts: peaks that recur at their hour, outages of one rate for hours, levels that stay.</summary>
/// <remarks>
/// 56 days, of which the first 28 are history. Peaks last 20 to 45 minutes, begin up to 5 minutes early or late, reach 3, 10 or 60 times the usual and scatter by a fifth;
/// outages last 6, 14, 30 or 40 hours at 3 to 50 times the usual; levels double or become fourfold. Each at a low and a high volume. Anybody can draw the set again from its seed.
/// </remarks>
internal static class RoutineSet
{
    public const int HistoryMinutes = 28 * 1440;
    private const int Minutes = 56 * 1440;
    private const int RampMinutes = 60;
    private const double PeakScatter = 0.2;
    private static readonly double[] Volumes = [0.5, 8];
    private static readonly double[] PeakRatios = [3, 10, 60];
    private static readonly int[] OutageHours = [6, 14, 30, 40];
    private static readonly double[] OutageRatios = [3, 8, 50];
    private static readonly double[] LevelRatios = [2, 4];

    public static IReadOnlyList<RoutineSeries> Draw(long seed)
    {
        var drawn =
            from plan in Plans()
            from volume in Volumes
            select (plan.Kind, plan.Ratio, plan.Hours, Volume: volume);
        return [.. drawn.Select((plan, index) => Draw(plan.Kind, plan.Ratio, plan.Hours, plan.Volume, new Dice(seed, "routine", $"{index}")))];
    }

    private static IEnumerable<(RoutineKind Kind, double Ratio, int Hours)> Plans()
    {
        foreach (var kind in new[] { RoutineKind.DailyPeak, RoutineKind.WorkingDayPeak, RoutineKind.WeeklyPeak })
            foreach (var ratio in PeakRatios) yield return (kind, ratio, 0);
        foreach (var hours in OutageHours)
            foreach (var ratio in OutageRatios) yield return (RoutineKind.LongOutage, ratio, hours);
        foreach (var ratio in LevelRatios) yield return (RoutineKind.LastingLevel, ratio, 0);
    }

    private static RoutineSeries Draw(RoutineKind kind, double ratio, int hours, double volume, Dice dice)
    {
        var factors = new double[Minutes];
        Array.Fill(factors, 1);
        List<(int, int)> spans = kind switch
        {
            RoutineKind.LongOutage => [Raise(factors, HistoryMinutes + (int)(dice.Next() * 14 * 1440) + 1440, hours * 60, ratio)],
            RoutineKind.LastingLevel => [Stay(factors, HistoryMinutes + (int)(dice.Next() * 7 * 1440) + 1440, ratio)],
            _ => [.. Peaks(kind, factors, ratio, dice)],
        };
        return new(kind, Ordinary(factors, volume, dice), spans);
    }

    private static IEnumerable<(int From, int To)> Peaks(RoutineKind kind, double[] factors, double ratio, Dice dice)
    {
        var (hour, length, weekday) = ((int)dice.Between(60, 1380), (int)dice.Between(20, 46), (int)(dice.Next() * 5));
        for (var day = 0; day < Minutes / 1440; day++)
        {
            var falls = kind switch { RoutineKind.DailyPeak => true, RoutineKind.WorkingDayPeak => day % 7 < 5, _ => day % 7 == weekday };
            if (!falls) continue;
            var early = (int)(dice.Next() * 11) - 5;
            yield return Raise(factors, day * 1440 + hour + early, length, ratio * Math.Exp(PeakScatter * dice.Normal()));
        }
    }

    private static (int From, int To) Raise(double[] factors, int from, int minutes, double ratio)
    {
        for (var minute = from; minute < from + minutes; minute++) factors[minute] *= ratio;
        return (from, from + minutes);
    }

    private static (int From, int To) Stay(double[] factors, int from, double ratio)
    {
        for (var minute = from; minute < factors.Length; minute++) factors[minute] *= Math.Exp(Math.Log(ratio) * Math.Min(1, (minute - from) / (double)RampMinutes));
        return (from, factors.Length);
    }

    private static int[] Ordinary(double[] factors, double volume, Dice dice)
    {
        var (noise, week, people) = (Noise.Draw(dice), Week.Draw(dice), new Company(dice, cellMinutes: 1));
        var (service, region, gusts) = (noise.OfService(dice), noise.OfRegion(dice), noise.OfGusts(dice));
        var counts = new int[factors.Length];
        for (var minute = 0; minute < counts.Length; minute++)
        {
            var wander = noise.Factor(service.After(1) + region.After(1) + gusts.After(1));
            counts[minute] = people.Next(volume * week.At(minute) * factors[minute] * wander);
        }

        return counts;
    }
}
