using System.Text.Json;
using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class ShippedScenarioTests
{
    private static readonly Scenario X = ScenarioFile.Read(ScenarioFile.Find("x-2025-03-10")!);

    private static readonly string[] Struck = ["US", "GB", "IN", "FR", "CA"];

    [Fact]
    public void Five_regions_are_struck_and_ten_keep_their_ordinary_level()
    {
        var waves = X.Series.ToLookup(series => X.WavesOf(series.Key, X.Start, X.End).Count(), series => series.Key.Region.Value);
        Assert.Equal(Struck.Order(), waves[3].Order());
        Assert.Equal(10, waves[0].Count());
        Assert.Equal(2, waves.Count);
    }

    [Theory]
    [InlineData("first", "US", 22_000)]
    [InlineData("first", "GB", 10_800)]
    [InlineData("second", "US", 40_500)]
    [InlineData("third", "US", 35_000)]
    public void The_fullest_15_minutes_hold_what_was_reported(string name, string region, double peak)
    {
        var wave = X.Waves.Single(wave => wave.Name == name);
        var fullest = Enumerable.Range(0, (int)(wave.Until - wave.Onset).TotalSeconds).Max(second =>
            wave.Reports(RegionCode.Parse(region), wave.Onset.AddSeconds(second), wave.Onset.AddSeconds(second + 900)));
        Assert.Equal(peak, fullest, peak / 1000);
    }

    [Theory]
    [InlineData("09:30", "10:24", 0.95, 1.00)] // the first wave is mostly over by 10:24
    [InlineData("13:30", "14:30", 0.98, 1.00)] // the second is calm at 14:30
    public void A_wave_is_over_when_it_was(string onset, string over, double least, double most)
    {
        var (from, to) = (At(onset), At(over));
        var wave = X.Waves.Single(wave => wave.Onset == from);
        Assert.InRange(wave.Reports(RegionCode.Parse("US"), from, to) / wave.Reports(RegionCode.Parse("US"), from, wave.Until), least, most);
    }

    [Theory]
    [InlineData("16:00", 25_000, 30_000)]
    [InlineData("17:45", 11_500, 12_500)]
    public void The_third_wave_limps_on_as_it_did(string at, double least, double most) => Assert.InRange(
        X.Waves.Single(wave => wave.Name == "third").Reports(RegionCode.Parse("US"), At(at).AddMinutes(-7.5), At(at).AddMinutes(7.5)), least, most);

    [Fact]
    public void The_symptoms_have_their_shares()
    {
        var dice = new Dice(7, "symptoms");
        var drawn = Enumerable.Range(0, 20_000).Select(_ => X.Series[0].SymptomAt(dice.Next())).CountBy(symptom => symptom).ToDictionary();
        Assert.InRange(drawn["app"] / 20_000.0, 0.55, 0.57);
        Assert.InRange(drawn["website"] / 20_000.0, 0.32, 0.34);
        Assert.InRange(drawn["server"] / 20_000.0, 0.10, 0.12);
    }

    [Theory]
    [InlineData("x-2025-03-10")]
    [InlineData("twitter-2009-08-06")]
    [InlineData("twitter-2009-12-18")]
    [InlineData("att-2024-02-22")]
    public void Whatever_a_scenario_complains_of_the_catalog_that_is_shipped_knows(string name)
    {
        using var starter = JsonDocument.Parse(typeof(ShippedScenarioTests).Assembly.GetManifestResourceStream("services.json")!);
        var known = starter.RootElement.EnumerateArray().ToDictionary(service => service.GetProperty("service").GetString()!, service => service.GetProperty("symptoms").EnumerateArray().Select(symptom => symptom.GetString()).ToList());
        var scenario = ScenarioFile.Read(ScenarioFile.Find(name)!);
        Assert.All(scenario.Series, series => Assert.All(
            Enumerable.Range(0, 100).Select(i => series.SymptomAt(i / 100.0)).Distinct(), symptom => Assert.Contains(symptom, known[series.Key.Service.Value])));
    }

    [Fact]
    public void The_ordinary_rate_has_no_jumps()
    {
        foreach (var series in X.Series)
            for (var minute = 0; minute < 7 * 24 * 60; minute++)
                Assert.InRange(series.PerMinute(X.Start.AddMinutes(minute + 1)) / series.PerMinute(X.Start.AddMinutes(minute)), 0.97, 1.03);
    }

    private static DateTimeOffset At(string time) => new(2025, 3, 10, int.Parse(time[..2]), int.Parse(time[3..]), 0, TimeSpan.Zero);
}
