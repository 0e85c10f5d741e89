namespace Aggregator.Domain.Tests;

/// <summary>What a detector takes for usual, and what it does not.</summary>
public class SpikeDetectorLearningTests
{
    private static readonly BucketGrid Ten = BucketGrid.TenSeconds;

    [Theory]
    [InlineData(10, 0.5)]
    [InlineData(10, 5)]
    [InlineData(10, 50)]
    [InlineData(60, 0.5)]
    [InlineData(60, 5)]
    [InlineData(60, 50)]
    public void A_service_that_doubles_for_good_is_accepted_within_a_day(int seconds, double perMinute)
    {
        var days = new Days(seconds).Pass(14, perMinute);
        var quiet = days.Spikes;
        days.Pass(0.5, perMinute).Pass(0.5, 2 * perMinute);
        Assert.InRange(days.Spikes - quiet, 0, 2);

        var (spikes, alarms) = (days.Spikes, days.Alarms);
        days.Pass(14, 2 * perMinute);
        Assert.InRange(days.Spikes - spikes, 0, 1);
        Assert.InRange(days.Alarms - alarms, 0, 3);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(5)]
    [InlineData(50)]
    public void A_service_that_doubles_for_good_is_expected_to_be_double_within_weeks(double perMinute)
    {
        var days = new Days(60).Pass(14, perMinute);
        var before = days.Usual(1, 0, 24);
        days.Pass(21, 2 * perMinute);
        Assert.InRange(days.Usual(1, 0, 24) / before, 1.8, 2.2);
    }

    [Fact]
    public void An_outage_on_the_first_day_does_not_hide_one_on_the_next()
    {
        var days = new Days(10).Pass(10.0 / 24, 5).Pass(3.0 / 24, 500).Pass(11.0 / 24, 5).Pass(10.0 / 24, 5);
        var before = days.Spikes;
        days.Pass(1.0 / 24, 50);
        Assert.Equal(before + 1, days.Spikes);
    }

    [Theory]
    [InlineData(0.1, 1.75)]
    [InlineData(0.5, 1.35)]
    [InlineData(5, 1.25)]
    [InlineData(50, 1.1)]
    public void An_outage_of_hours_raises_what_is_usual_at_that_time_of_the_next_day_by_its_cut_share_only(double perMinute, double atMost)
    {
        var (calm, struck) = (new Days(10), new Days(10));
        calm.Pass(15, perMinute);
        struck.Pass(14, perMinute).Pass(10.0 / 24, perMinute).Pass(3.0 / 24, 100 * perMinute).Pass(11.0 / 24, perMinute);
        Assert.True(struck.Spikes > calm.Spikes);

        // What is usual tomorrow is settled at tomorrow's first bucket.
        calm.Pass(1.0 / Ten.PerDay, perMinute);
        struck.Pass(1.0 / Ten.PerDay, perMinute);
        Assert.InRange(struck.Usual(1, 10, 13) / calm.Usual(1, 10, 13), 0.8, atMost);
        Assert.InRange(struck.Usual(1, 0, 9) / calm.Usual(1, 0, 9), 0.8, 1.25);
    }

    [Fact]
    public void Minutes_learned_over_a_year_end_and_buckets_watched_teach_the_same()
    {
        var start = new DateTimeOffset(2026, 12, 20, 0, 0, 0, TimeSpan.Zero);
        var (watched, learned) = (new SpikeDetector(Ten, new()), new SpikeDetector(Ten, new()));
        var minutes = new long?[15 * 1440];
        var chance = new Chance(4);
        for (var i = 0; i < minutes.Length; i++)
        {
            // Two gaps, one of them over midnight of the year.
            var gap = i is > 5000 and < 5600 || Math.Abs(i - 12 * 1440) < 90;
            minutes[i] = gap ? null : 0;
            for (var bucket = 0; bucket < 6; bucket++)
            {
                var reports = chance.Count(1 + Math.Sin(i / 230.0));
                watched.Close(Ten.IndexOf(start) + i * 6 + bucket, gap ? null : reports);
                if (!gap) minutes[i] += reports;
            }
        }

        learned.Learn(start, minutes);

        Assert.Equal(watched.Next, learned.Next);
        for (var hour = 0; hour < 48; hour++)
        {
            var at = start.AddDays(15).AddHours(hour);
            Assert.Equal(watched.Expected(at, at.AddHours(1)), learned.Expected(at, at.AddHours(1)), 1e-3);
        }
    }

    [Fact]
    public void A_detector_that_learned_anew_goes_on_with_the_spike_of_the_one_before()
    {
        var watch = new Watch(Ten).Learn(7, 3).Live(TimeSpan.FromMinutes(30), 3).Live(TimeSpan.FromHours(5), 300);
        var before = watch.Detector.Latest;
        var anew = new Watch(Ten).Learn(7, 3).Live(TimeSpan.FromMinutes(30), 3).Gap(5 * 360).Detector;

        anew.GoOnFrom(watch.Detector);

        Assert.Equal((Level.Spike, before.Since), (anew.Latest.Level, anew.Latest.Since));
        var next = anew.Close(watch.Bucket, 50);
        Assert.Equal((Level.Spike, before.Since), (next.Level, next.Since));
    }

    [Fact]
    public void A_detector_that_learned_anew_opens_nothing_by_what_the_one_before_took_for_usual()
    {
        var before = new Watch(Ten).Learn(7, 60).Live(TimeSpan.FromHours(3), 60);
        var anew = new Watch(Ten).Learn(7, 3).Live(TimeSpan.FromHours(3), 60);
        Assert.Equal((Level.Normal, Level.Spike), (before.Detector.Latest.Level, anew.Detector.Latest.Level));

        anew.Detector.GoOnFrom(before.Detector);

        Assert.Equal(Level.Normal, anew.Detector.Latest.Level);
        Assert.Equal(Level.Normal, anew.Close(0).Level);
        Assert.InRange(anew.ClosesUntil(Level.Spike, 60), 2, 60);
    }

    [Fact]
    public void What_is_saved_of_a_very_busy_series_is_six_and_a_half_kilobytes_at_most() =>
        Assert.InRange(new Watch(Ten).Learn(3, 60_000).Live(TimeSpan.FromHours(5), 60_000, networks: static reports => (int)reports).Detector.Save().Length, 1, 6500);

    /// <summary>Days with a morning and an evening, from a Monday on.</summary>
    private sealed class Days(int seconds)
    {
        private readonly SpikeDetector _detector = new(new(TimeSpan.FromSeconds(seconds)), new());
        private readonly Chance _chance = new(7);
        private long _passed;
        private Level _level;

        public int Spikes { get; private set; }

        public int Alarms { get; private set; }

        private BucketGrid Grid => _detector.Grid;

        public Days Pass(double days, double perMinute)
        {
            for (var end = _passed + (long)Math.Round(days * Grid.PerDay); _passed < end; _passed++)
            {
                var reports = _chance.Count(perMinute * Grid.Length.TotalMinutes * Shape((double)_passed / Grid.PerDay));
                var level = _detector.Close(Grid.IndexOf(Watch.Monday) + _passed, reports).Level;
                if (level == Level.Spike && _level != Level.Spike) Spikes++;
                if (level != Level.Normal && _level == Level.Normal) Alarms++;
                _level = level;
            }

            return this;
        }

        /// <summary>What is usual between two hours of a day, so many days after the last one that passed whole.</summary>
        public double Usual(int day, int fromHour, int toHour)
        {
            var midnight = Watch.Monday.AddDays(_passed / Grid.PerDay + day - 1);
            return _detector.Expected(midnight.AddHours(fromHour), midnight.AddHours(toHour));
        }

        private static double Shape(double day) => 1 - 0.6 * Math.Cos(2 * Math.PI * day);
    }
}
