using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>One line of <c>POST /v1/history</c>: minute counts of one series from a minute on.</summary>
internal sealed record HistoryLine(SeriesKey Key, DateTimeOffset From, int[] Counts);

/// <summary>Draws the ordinary days before a replay.</summary>
internal static class History
{
    /// <summary>The whole history, series by series, at most a day in a line.</summary>
    public static IEnumerable<HistoryLine> Before(Scenario scenario, ReplayClock clock, long seed) =>
        scenario.Series.SelectMany(series => Days(series, clock.Anchor - scenario.History, clock.Anchor, clock, seed));

    /// <summary>The minutes that passed while the history was being told.</summary>
    public static IEnumerable<HistoryLine> Since(Scenario scenario, DateTimeOffset until, ReplayClock clock, long seed) =>
        scenario.Series.SelectMany(series => Days(series, clock.Anchor, until, clock, seed));

    private static IEnumerable<HistoryLine> Days(Series series, DateTimeOffset from, DateTimeOffset to, ReplayClock clock, long seed)
    {
        var dice = new Dice(seed, "history", series.Key.ToString(), from < clock.Anchor ? "before" : "since");
        for (; from < to; from = from.AddDays(1))
        {
            var counts = new int[(int)Math.Min((to - from).TotalMinutes, 24 * 60)];
            for (var minute = 0; minute < counts.Length; minute++)
                counts[minute] = dice.Poisson(clock.Speed * series.PerMinute(clock.ToEveryday(from.AddMinutes(minute + 0.5))));
            yield return new(series.Key, from, counts);
        }
    }
}
