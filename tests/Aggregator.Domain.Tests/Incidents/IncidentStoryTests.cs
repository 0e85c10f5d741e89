using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

/// <summary>Real outages, drawn, judged and told: what becomes of them is what a person would call them.</summary>
public class IncidentStoryTests
{
    [Fact]
    public void Three_waves_are_the_mornings_incident_and_the_afternoons()
    {
        var story = Story.Of("x-2025-03-10", "x");

        Assert.Equal(2, story.Incidents.Count);
        Assert.InRange(story.Incidents[0].OpenedAt, story.At("09:31"), story.At("09:35"));
        Assert.InRange(story.Incidents[0].ResolvedAt!.Value, story.At("10:20"), story.At("11:30"));
        Assert.InRange(story.Incidents[1].OpenedAt, story.At("13:31"), story.At("13:35"));
        Assert.InRange(story.Incidents[1].ResolvedAt!.Value, story.At("18:00"), story.At("20:30"));
        Assert.InRange(story.Incidents[1].Waves, 1, 2);
        Assert.Equal(["CA", "FR", "GB", "IN", "US"], story.Incidents[1].Regions.Select(region => region.Region.Value).Order());
        Assert.InRange(story.Incidents.Sum(incident => incident.Changes.Length), 4, 40);
    }

    [Fact]
    public void Down_for_ninety_minutes_and_limping_for_hours_is_one_incident_that_recedes_before_it_ends()
    {
        var story = Story.Of("twitter-2009-08-06", "x");

        var incident = Assert.Single(story.Incidents);
        Assert.InRange(incident.OpenedAt, story.At("13:00"), story.At("13:03"));
        Assert.InRange(incident.ResolvedAt!.Value, story.At("16:30"), story.At("21:00"));
        Assert.Contains(incident.Changes, change => change.Kind == ChangeKind.Receded);
        Assert.Equal(1, incident.Waves);
    }

    [Fact]
    public void A_website_that_shows_another_page_is_an_incident_as_long_as_it_does()
    {
        var story = Story.Of("twitter-2009-12-18", "x");

        var incident = Assert.Single(story.Incidents);
        Assert.InRange(incident.OpenedAt, story.At("05:47"), story.At("05:52"));
        Assert.InRange(incident.ResolvedAt!.Value, story.At("07:00"), story.At("08:00"));
    }

    [Fact]
    public void Two_humps_with_a_dip_between_are_one_incident()
    {
        var story = Story.Of("att-2024-02-22", "att");

        var incident = Assert.Single(story.Incidents);
        Assert.InRange(incident.OpenedAt, story.At("08:30"), story.At("08:35"));
        Assert.InRange(incident.ResolvedAt!.Value, story.At("18:30"), story.At("21:30"));
        Assert.InRange(incident.Peak.At, story.At("12:00"), story.At("17:30"));
    }

    /// <summary>A service's reports in 10-second buckets, drawn from a scenario; each region judged, and all together; the tracker's incidents.</summary>
    private sealed class Story
    {
        private static readonly TimeSpan Afterwards = TimeSpan.FromHours(2);
        private readonly Scenario _scenario;
        private readonly Dictionary<string, Incident> _incidents = [];

        private Story(Scenario scenario, ServiceKey service)
        {
            _scenario = scenario;
            var grid = BucketGrid.TenSeconds;
            var tracker = new IncidentTracker(service, new());
            var regions = scenario.Series.Where(series => series.Key.Service == service).Select(series => new Region(series, scenario)).ToList();
            var all = new SpikeDetector(grid, new());
            Learn(all, regions);
            for (var bucket = grid.IndexOf(scenario.Start); bucket < grid.IndexOf(scenario.End + Afterwards); bucket++)
            {
                var now = grid.EndOf(bucket);
                var drawn = regions.Select(region => region.Draw(bucket)).ToList();
                Note(tracker.Hear(RegionCode.All, all.Close(bucket, drawn.Sum(), (int)drawn.Sum()), now));
                for (var i = 0; i < regions.Count; i++)
                {
                    var verdict = regions[i].Detector.Close(bucket, drawn[i], (int)drawn[i]);
                    if (verdict.Level != Level.Spike && regions[i].Detector.AsksTheRest) verdict = regions[i].Detector.Weigh(all.Sums);
                    Note(tracker.Hear(regions[i].Series.Key.Region, verdict, now));
                }

                while (Note(tracker.Tick(now)) is not null)
                {
                }
            }
        }

        public List<Incident> Incidents => [.. _incidents.Values.OrderBy(incident => incident.OpenedAt)];

        public static Story Of(string scenario, string service) => new(ScenarioFile.Read(ScenarioFile.Find(scenario)!), ServiceKey.Parse(service));

        public DateTimeOffset At(string time) => new(_scenario.Start.Date + TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero);

        private IncidentChange? Note(IncidentDecision decision)
        {
            if (decision.Incident is { } incident) _incidents[incident.Id] = incident;
            return decision.Change;
        }

        private static void Learn(SpikeDetector all, List<Region> regions)
        {
            var sum = new long?[regions[0].History.Length];
            for (var i = 0; i < sum.Length; i++) sum[i] = regions.Sum(region => region.History[i]);
            all.Learn(regions[0].From, sum);
        }
    }

    private sealed class Region
    {
        private readonly Scenario _scenario;
        private readonly Dice _dice;

        public Region(Series series, Scenario scenario)
        {
            (Series, _scenario, _dice) = (series, scenario, new(1, "story", series.Key.ToString()));
            From = scenario.Start - scenario.History;
            History = new long?[(int)scenario.History.TotalMinutes];
            for (var i = 0; i < History.Length; i++) History[i] = _dice.Poisson(series.PerMinute(From.AddMinutes(i)));
            Detector.Learn(From, History);
        }

        public Series Series { get; }

        public DateTimeOffset From { get; }

        public long?[] History { get; }

        public SpikeDetector Detector { get; } = new(BucketGrid.TenSeconds, new());

        public long Draw(long bucket)
        {
            var (from, to) = (BucketGrid.TenSeconds.StartOf(bucket), BucketGrid.TenSeconds.EndOf(bucket));
            var waves = _scenario.Waves.Where(wave => wave.Service == Series.Key.Service).Sum(wave => wave.Reports(Series.Key.Region, from, to));
            return _dice.Poisson(Series.PerMinute(from) / 6 + waves);
        }
    }
}
