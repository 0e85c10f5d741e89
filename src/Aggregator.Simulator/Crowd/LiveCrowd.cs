namespace Aggregator.Simulator;

/// <summary>Draws the reports of a replay, one by one, in the order in which they are due.</summary>
/// <param name="run">A word that no other replay uses: its reporters and networks are people never heard of before.</param>
internal sealed class LiveCrowd(Scenario scenario, ReplayClock clock, DateTimeOffset end, long seed, string run)
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(250);

    /// <summary>How many reports of a series a slice of real time brings on average: the ordinary ones, denser by the speed, and the waves, hurried by it.</summary>
    public double Mean(Series series, DateTimeOffset from, DateTimeOffset to)
    {
        var mean = clock.Speed * series.PerMinute(clock.ToEveryday(from + (to - from) / 2)) * (to - from).TotalMinutes;
        if (to <= clock.Live) return mean;

        var (begin, until) = (clock.ToScenario(from < clock.Live ? clock.Live : from), clock.ToScenario(to));
        foreach (var wave in scenario.Waves)
            if (wave.Service == series.Key.Service && wave.Onset < until && wave.Until > begin) mean += wave.Reports(series.Key.Region, begin, until);
        return mean;
    }

    /// <summary>All reports, from the top of the minute in which the replay begins: the history ends there, and the minute must not be a dip.</summary>
    public IEnumerable<LiveReport> Reports()
    {
        var crowds = scenario.Series.Select(series => new SeriesCrowd(series, seed, run, NetworksOf(series))).ToArray();
        var slice = new List<LiveReport>();
        var stop = clock.ToReal(end);
        for (var from = clock.Live.AddTicks(-(clock.Live.Ticks % TimeSpan.TicksPerMinute)); from < stop; from += Slice)
        {
            slice.Clear();
            var to = from + Slice < stop ? from + Slice : stop;
            foreach (var crowd in crowds) crowd.Draw(Mean(crowd.Series, from, to), from, to, slice);
            slice.Sort((a, b) => a.Due.CompareTo(b.Due));
            foreach (var report in slice) yield return report;
        }
    }

    // A network is heard about ten times in all, so its share of 20 per window never cuts the crowd.
    private int NetworksOf(Series series)
    {
        var ordinary = series.PerHour * series.Everyday.Largest * (end - clock.Start).TotalHours;
        var waves = scenario.Waves.Where(wave => wave.Service == series.Key.Service).Sum(wave => wave.Reports(series.Key.Region, clock.Start, end));
        return 500 + (int)((ordinary + waves) / 10);
    }

    private sealed class SeriesCrowd(Series series, long seed, string run, int networks)
    {
        private readonly Dice _dice = new(seed, "live", series.Key.ToString());
        private readonly (string Service, string Region) _key = (series.Key.Service.Value, series.Key.Region.Value);
        private int _heard;

        public Series Series { get; } = series;

        public void Draw(double mean, DateTimeOffset from, DateTimeOffset to, List<LiveReport> into)
        {
            var count = _dice.Poisson(mean);
            for (var i = 1; i <= count; i++, _heard++)
            {
                into.Add(new(
                    from + (to - from) * i / (count + 1), _key.Service, _key.Region, Series.SymptomAt(_dice.Next()),
                    $"{run}-{_key.Region}-{_heard}", $"{run}-{_key.Region}-{_heard % networks}"));
            }
        }
    }
}
