using CsCheck;

namespace Aggregator.Domain.Tests;

/// <summary>A peak that comes back at its hour is expected, and no other.</summary>
public class RecurringPeakTests
{
    private const double PerMinute = 2;
    private const int Today = 41;
    private static readonly BucketGrid Minute = BucketGrid.Minute;

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(60)]
    public void A_daily_peak_is_expected_once_it_has_come_on_three_days_of_its_kind(double times)
    {
        var spikes = Spikes(days: 26, peak: day => day >= 7 ? times : 1);

        // It begins on a Monday: three working days, and three days of two weekends.
        Assert.Subset(new HashSet<int> { 7, 8, 9, 12, 13, 19 }, spikes.ToHashSet());
        if (times >= 10) Assert.Equal(6, spikes.Distinct().Count());
    }

    [Fact]
    public void A_weekly_peak_is_expected_once_it_has_come_in_three_weeks() =>
        Assert.Equal([2, 9, 16], Spikes(days: 42, peak: day => day % 7 == 2 ? 20 : 1));

    [Fact]
    public void History_teaches_peaks_as_well()
    {
        var detector = new SpikeDetector(Minute, new());
        detector.Learn(Watch.Monday, [.. Counts(28, day => 20, new Chance(5)).Select(count => (long?)count)]);
        Assert.Empty(Close(detector, 28, Counts(7, _ => 20, new Chance(6))));
    }

    [Fact]
    public void An_outage_at_another_hour_is_a_spike_all_the_same() =>
        Assert.Equal([21], Spikes(days: 22, peak: _ => 20, outage: (21, hour: 9, 20)).Where(day => day > 14));

    [Fact]
    public void What_is_far_above_the_usual_peak_is_a_spike_all_the_same() =>
        Assert.Equal([21], Spikes(days: 22, peak: day => day == 21 ? 80 : 10).Where(day => day > 14));

    [Fact]
    public void A_peak_that_stays_away_raises_nothing_and_hides_nothing_after_it()
    {
        Assert.DoesNotContain(Spikes(days: 23, peak: day => day == 21 ? 1 : 20), day => day > 14);
        Assert.Equal([21], Spikes(days: 22, peak: day => day == 21 ? 1 : 20, outage: (21, hour: 20, 10)).Where(day => day > 14));
    }

    [Fact]
    public void A_peak_that_no_longer_comes_is_no_longer_expected()
    {
        var detector = new SpikeDetector(Minute, new());
        Close(detector, 0, Counts(40, day => day < 21 ? 20 : 1, new Chance(5)));
        var peak = Watch.Monday.AddDays(40).AddHours(19);
        Assert.InRange(detector.Expected(peak, peak.AddMinutes(30)), 0, 30 * PerMinute * 2.5);
    }

    [Fact]
    public void What_is_expected_shows_the_peak_and_is_saved()
    {
        var detector = new SpikeDetector(Minute, new());
        Close(detector, 0, Counts(21, _ => 20, new Chance(5)));
        var loaded = new SpikeDetector(Minute, new());
        Assert.True(loaded.TryLoad(detector.Save()));

        var peak = Watch.Monday.AddDays(21).AddHours(19);
        var expected = detector.Expected(peak, peak.AddMinutes(30));
        Assert.InRange(expected, 30 * PerMinute * 20 * 0.8, 30 * PerMinute * 20 * 1.2);
        Assert.Equal(expected, loaded.Expected(peak, peak.AddMinutes(30)), 1e-6);
        Assert.InRange(detector.Expected(peak.AddHours(-3), peak.AddHours(-2)), 0, 60 * PerMinute * 2);
    }

    [Fact]
    public void A_peak_is_expected_exactly_if_a_plain_count_of_days_says_so() =>
        Gen.Select(Gen.Int[1, Today - 1].HashSet[0, 30], Gen.Int[-2, 2].Array[Today], Gen.Int[92, 116]).Sample(
            (days, early, step) =>
            {
                int First(int day) => 100 + early[day];
                var minutes = new long?[Today * 1440];
                Array.Fill(minutes, 2);
                foreach (var day in days) Array.Fill(minutes, 40, day * 1440 + First(day) * 5, 30);
                var detector = new SpikeDetector(Minute, new());
                detector.Learn(Watch.Monday, minutes);

                bool Came(int day) => days.Contains(day) && step >= First(day) - 2 && step < First(day) + 6 + 2;
                var kind = Enumerable.Range(1, 28).Select(back => Today - back).Where(day => IsWeekend(day) == IsWeekend(Today)).Take(4).Count(Came);
                var week = new[] { 7, 14, 21, 28 }.Count(back => Came(Today - back));

                var at = Watch.Monday.AddDays(Today).AddMinutes(step * 5);
                return detector.Expected(at, at.AddMinutes(5)) > 100 == (kind >= 3 || week >= 3);
            },
            iter: 100);

    private static bool IsWeekend(int day) => day % 7 >= 5;

    /// <summary>The days, counted from a Monday, on which a spike began.</summary>
    private static int[] Spikes(int days, Func<int, double> peak, (int Day, int hour, double Times)? outage = null) =>
        Close(new SpikeDetector(Minute, new()), 0, Counts(days, peak, new Chance(5), outage));

    private static int[] Close(SpikeDetector detector, int firstDay, IEnumerable<long> counts)
    {
        var (minute, level, spikes) = (firstDay * 1440, Level.Normal, new List<int>());
        foreach (var count in counts)
        {
            var now = detector.Close(Minute.IndexOf(Watch.Monday) + minute, count).Level;
            if (now == Level.Spike && level != Level.Spike) spikes.Add(minute / 1440);
            (level, minute) = (now, minute + 1);
        }

        return [.. spikes];
    }

    // Half an hour from 19:00 on, up to five minutes early or late; and an outage of half an hour.
    private static IEnumerable<long> Counts(int days, Func<int, double> peak, Chance chance, (int Day, int Hour, double Times)? outage = null)
    {
        for (var day = 0; day < days; day++)
        {
            var first = 19 * 60 + chance.Count(5) - 5;
            for (var minute = 0; minute < 1440; minute++)
            {
                var times = minute >= first && minute < first + 30 ? peak(day) : 1;
                if (outage is { } it && day == it.Day && minute / 30 == it.Hour * 2) times = it.Times;
                yield return chance.Count(PerMinute * times);
            }
        }
    }
}
