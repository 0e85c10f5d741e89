using Aggregator.Simulator;
using CsCheck;

namespace Aggregator.Domain.Tests;

public class LiveCrowdTests
{
    private static readonly Scenario X = ScenarioFile.Read(ScenarioFile.Find("x-2025-03-10")!);
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);
    private static readonly DateTimeOffset Start = new(2025, 3, 10, 13, 25, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_seed_is_the_same_crowd_and_another_is_another()
    {
        Assert.Equal(Crowd(seed: 3, speed: 10).Reports().Take(2_000), Crowd(seed: 3, speed: 10).Reports().Take(2_000));
        Assert.NotEqual(Crowd(seed: 3, speed: 10).Reports().Take(2_000), Crowd(seed: 4, speed: 10).Reports().Take(2_000));
    }

    [Fact]
    public void Reports_come_in_the_order_in_which_they_are_due_from_the_top_of_the_minute_to_the_end()
    {
        var due = Crowd(seed: 1, speed: 20).Reports().Select(report => report.Due).ToArray();
        Assert.Equal(due.Order(), due);
        Assert.InRange(due[0], Now.AddSeconds(-9), Now);
        Assert.InRange(due[^1], Now.AddSeconds(59), Now.AddSeconds(60));
    }

    [Fact]
    public void Every_report_has_a_reporter_of_its_own_and_no_network_speaks_for_twenty()
    {
        var reports = Crowd(seed: 1, speed: 20).Reports().ToArray();
        Assert.True(reports.Length > 10_000);
        Assert.Equal(reports.Length, reports.DistinctBy(report => report.Reporter).Count());
        Assert.True(reports.CountBy(report => report.Network!).Max(network => network.Value) < 20);
    }

    [Fact]
    public void Speed_only_compresses_a_wave() => Gen.Select(Gen.Double[0.5, 100], Gen.Int[0, 19], Gen.Int[1, 20]).Sample((speed, from, minutes) =>
    {
        var series = X.Series[0];
        var clock = Clock(speed);
        var real = (From: clock.ToReal(Start.AddMinutes(from)), To: clock.ToReal(Start.AddMinutes(from + minutes)));
        var ordinary = speed * series.PerMinute(clock.ToEveryday(real.From + (real.To - real.From) / 2)) * (real.To - real.From).TotalMinutes;
        var wave = X.Waves.Single(wave => wave.Name == "second").Reports(series.Key.Region, Start.AddMinutes(from), Start.AddMinutes(from + minutes));
        Assert.Equal(wave, Crowd(1, speed).Mean(series, real.From, real.To) - ordinary, 0.5);
    });

    [Fact]
    public void An_ordinary_region_never_exceeds_its_ordinary_rate() => Gen.Select(Gen.Double[0.5, 100], Gen.Int[5, 14], Gen.Double[0, 1]).Sample((speed, index, part) =>
    {
        var (series, clock) = (X.Series[index], Clock(speed));
        var from = Now + part * (clock.ToReal(X.End) - Now);
        var densest = X.Series[index].PerHour / 60 * series.Everyday.Largest * speed;
        var mean = Crowd(1, speed).Mean(series, from, from.AddMinutes(1));
        Assert.Equal(speed * series.PerMinute(clock.ToEveryday(from.AddSeconds(30))), mean, 9);
        Assert.True(mean <= densest);
    });

    [Fact]
    public void The_live_crowd_goes_on_at_the_rate_at_which_the_history_ended() => Gen.Double[1, 100].Sample(speed =>
    {
        var clock = Clock(speed);
        foreach (var series in X.Series)
        {
            var before = speed * series.PerMinute(clock.ToEveryday(clock.Anchor.AddSeconds(-30)));
            Assert.Equal(before, Crowd(1, speed).Mean(series, clock.Anchor, clock.Live) * 60 / 9, before * 0.02);
            Assert.Equal(before, Crowd(1, speed).Mean(series, clock.Live, clock.Live.AddSeconds(1)) * 60, before * 0.02);
        }
    });

    private static ReplayClock Clock(double speed) => new(Start, Now.AddSeconds(-9), Now, speed);

    private static LiveCrowd Crowd(long seed, double speed) => new(X, Clock(speed), Start.AddMinutes(20), seed, "run");
}
