using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class ScoreboardTests
{
    private static readonly Scenario X = ScenarioFile.Read(ScenarioFile.Find("x-2025-03-10")!);
    private static readonly DateTimeOffset Live = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);
    private static readonly ReplayClock Clock = new(new(2025, 3, 10, 13, 25, 0, TimeSpan.Zero), Live, Live, Speed: 10);

    private readonly Sightings _sightings = new();

    [Fact]
    public void The_delay_is_real_time_from_the_onset()
    {
        Look(0);
        Look(50, "US");
        var row = Row("US", "second");
        Assert.Equal((Sight.Detected, TimeSpan.FromSeconds(20)), (row.Sight, row.Delay)); // 13:30 is 30 s after 13:25 at speed 10
    }

    [Fact]
    public void A_wave_that_was_not_seen_is_said_to_be_missed() => Assert.Equal(Sight.NotDetected, Row("GB", "second").Sight);

    [Fact]
    public void A_region_without_a_wave_is_expected_never_to_be_a_spike()
    {
        Look(0);
        Look(40, "JP");
        Assert.Equal(Sight.Never, Row("DE").Sight);
        Assert.Equal(Sight.FalseSpike, Row("JP").Sight);
    }

    [Fact]
    public void A_spike_before_any_onset_is_false_even_where_a_wave_follows()
    {
        Look(0);
        Look(10, "US");
        Look(20);
        Look(45, "US");
        Assert.Equal(Sight.FalseSpike, Row("US").Sight);
        Assert.Equal(Sight.Detected, Row("US", "second").Sight);
    }

    [Fact]
    public void What_was_a_spike_before_the_replay_is_not_of_its_making()
    {
        Look(0, "JP");
        Look(10);
        Assert.Equal(Sight.Inherited, Row("JP").Sight);
    }

    [Fact]
    public void A_wave_into_a_spike_that_has_not_ended_has_no_delay()
    {
        Look(0);
        Look(40, "US");
        Look(560, "US"); // the third wave begins 570 s after the start
        Look(600, "US");
        var row = Row("US", "third", end: X.End);
        Assert.Equal((Sight.StillSpike, null), (row.Sight, row.Delay));
    }

    [Fact]
    public void A_wave_after_a_calm_is_detected_anew()
    {
        Look(0);
        Look(40, "US");
        Look(400);
        Look(580, "US");
        Assert.Equal(TimeSpan.FromSeconds(10), Row("US", "third", end: X.End).Delay);
    }

    [Fact]
    public void The_sum_of_all_regions_has_a_row_where_it_was_seen()
    {
        Look(0);
        Assert.DoesNotContain(Rows(X.End), row => row.Key.Region.IsAll);
        Look(45, "ALL");
        Assert.Equal(TimeSpan.FromSeconds(15), Row("ALL", "second").Delay);
    }

    [Fact]
    public void Out_of_sight_is_not_calm()
    {
        Look(0);
        Look(40, "US");
        _sightings.Look(Live.AddSeconds(50), [new("x", "US", "Unknown", 0, 0, null)]);
        Look(60, "US");
        Assert.Single(_sightings.EpisodesOf(SeriesKey.Parse("x|US")));
    }

    private void Look(double seconds, params string[] regions) =>
        _sightings.Look(Live.AddSeconds(seconds), regions.Select(region => new SpikeAnswer("x", region, "Spike", 100, 10, 10)));

    private ScoreRow Row(string region, string? wave = null, DateTimeOffset? end = null) =>
        Rows(end ?? new(2025, 3, 10, 14, 50, 0, TimeSpan.Zero)).Single(row => row.Key.Region.Value == region && row.Wave == wave);

    private IEnumerable<ScoreRow> Rows(DateTimeOffset end) => Scoreboard.Rows(X, Clock, end, _sightings.EpisodesOf);
}
