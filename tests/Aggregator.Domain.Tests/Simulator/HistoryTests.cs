using System.Text.Json;
using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class HistoryTests
{
    private static readonly Scenario X = ScenarioFile.Read(ScenarioFile.Find("x-2025-03-10")!);
    private static readonly DateTimeOffset Minute = new(2026, 5, 6, 7, 8, 0, TimeSpan.Zero);
    private static readonly ReplayClock Clock = new(X.Start, Minute, Minute.AddSeconds(70), Speed: 10);

    [Fact]
    public void A_fortnight_is_told_day_by_day_without_a_hole_up_to_the_minute_of_now()
    {
        foreach (var series in History.Before(X, Clock, seed: 1).GroupBy(line => line.Key))
        {
            var from = Minute.AddDays(-14);
            foreach (var line in series)
            {
                Assert.Equal(from, line.From);
                from = from.AddMinutes(line.Counts.Length);
            }

            Assert.Equal(Minute, from);
            Assert.Equal(14, series.Count());
        }
    }

    [Fact]
    public void Minutes_that_passed_meanwhile_follow() => Assert.All(
        History.Since(X, Minute.AddMinutes(3), Clock, seed: 1),
        line => Assert.Equal((Minute, 3), (line.From, line.Counts.Length)));

    [Fact]
    public void The_history_is_denser_by_the_speed()
    {
        double Mean(double speed) => History.Before(X, Clock with { Speed = speed }, seed: 1).First(line => line.Key.Region.Value == "US").Counts.Average();
        Assert.InRange(Mean(20) / Mean(1), 19, 21);
    }

    [Fact]
    public void The_same_seed_is_the_same_history() => Assert.Equal(
        History.Before(X, Clock, seed: 5).SelectMany(line => line.Counts), History.Before(X, Clock, seed: 5).SelectMany(line => line.Counts));

    [Fact]
    public void Nights_are_quieter_than_evenings()
    {
        var us = X.Series[0];
        // New York and Los Angeles between them: 4 in the morning and 8 in the evening at five hours behind UTC.
        Assert.True(us.PerMinute(new(2025, 3, 10, 9, 0, 0, TimeSpan.Zero)) < us.PerMinute(new(2025, 3, 11, 1, 0, 0, TimeSpan.Zero)) / 4);
    }

    [Fact]
    public void A_line_is_what_the_aggregator_expects()
    {
        var line = new HistoryLine(SeriesKey.Parse("x|US"), Minute, [3, 0, 5]);
        using var json = JsonDocument.Parse(Lines.Of([line]));
        Assert.Equal("""{"service":"x","region":"US","from":"2026-05-06T07:08:00Z","interval":"1m","counts":[3,0,5]}""", json.RootElement.GetRawText());
    }
}
