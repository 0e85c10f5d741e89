using System.Text;
using System.Text.Json;
using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class DayPlanTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 6, 7, 8, 10, TimeSpan.Zero);
    private static readonly DayOptions Small = new(Reports: 100_003, Services: 50, "aws-", Skew: 0, DayOrder.Time, Lines: 7_001, AtOnce: 2, ByRegion: 3, Seed: 1);

    [Theory]
    [InlineData(1, 1, 1, 0)]
    [InlineData(999, 3, 10, 0)]
    [InlineData(100_003, 50, 7_001, 1)]
    [InlineData(1_700_000, 2_000, 250_000, 0)]
    public void The_day_adds_up_to_what_was_asked_for(int reports, int services, int lines, double skew)
    {
        foreach (var order in Enum.GetValues<DayOrder>())
        {
            var plan = new DayPlan(Small with { Reports = reports, Services = services, Lines = lines, Skew = skew, Order = order });
            Assert.Equal(reports, plan.Tally().Cast<long>().Sum());
            Assert.Equal(reports, Enumerable.Range(0, plan.Parts).Sum(plan.ReportsIn));
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_day_and_another_seed_another()
    {
        Assert.Equal(new DayPlan(Small).Tally(), new DayPlan(Small).Tally());
        Assert.NotEqual(new DayPlan(Small).Tally(), new DayPlan(Small with { Seed = 2 }).Tally());
    }

    [Fact]
    public async Task A_part_is_the_same_bytes_each_time_it_is_sent_and_as_many_as_it_says()
    {
        var lines = new DayLines(new DayPlan(Small), Start);
        using var content = lines.Part(3);
        using var again = lines.Part(3);
        var first = await content.ReadAsByteArrayAsync();
        Assert.Equal(first, await again.ReadAsByteArrayAsync());
        Assert.Equal(7_001L * lines.LineLength, content.Headers.ContentLength);
        Assert.Equal(content.Headers.ContentLength, first.Length);
    }

    [Theory]
    [InlineData("Time")]
    [InlineData("Service")]
    public async Task The_lines_are_reports_in_order_within_the_day_and_as_many_of_each_series_as_the_tally_says(string by)
    {
        var order = Enum.Parse<DayOrder>(by);
        var plan = new DayPlan(Small with { Order = order });
        var lines = new DayLines(plan, Start);
        var (tally, last) = (new long[50, 60], Start);
        for (var part = 0; part < plan.Parts; part++)
        {
            if (order == DayOrder.Service) last = Start;
            using var content = lines.Part(part);
            foreach (var line in Encoding.UTF8.GetString(await content.ReadAsByteArrayAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var report = JsonSerializer.Deserialize<Line>(line, JsonSerializerOptions.Web)!;
                tally[int.Parse(report.Service[4..]) - 1, DayPlan.Regions.ToList().IndexOf(report.Region)]++;
                Assert.True(report.At >= last);
                last = report.At;
            }
        }

        Assert.True(last < Start + (DayCourse.End - DayCourse.Begin));
        Assert.Equal(plan.Tally(), tally);
    }

    [Fact]
    public void By_service_a_part_holds_the_whole_day_of_some_services()
    {
        var plan = new DayPlan(Small with { Order = DayOrder.Service });
        var services = Enumerable.Range(0, plan.Parts).Select(part =>
        {
            var (found, seconds) = (new HashSet<int>(), new HashSet<int>());
            for (var reports = plan.Part(part); reports.Next();)
            {
                found.Add(reports.Service);
                seconds.Add(reports.Second);
            }

            Assert.InRange(seconds.Max() - seconds.Min(), 23 * 3600, 24 * 3600);
            return found;
        }).ToList();

        Assert.All(services, found => Assert.InRange(found.Count, 1, 4));
        Assert.Equal(50, services.Sum(found => found.Count));
    }

    [Fact]
    public void There_are_60_regions_and_the_named_ones_have_their_parts()
    {
        Assert.Equal(60, DayPlan.Regions.Distinct().Count());
        Assert.All(DayPlan.Regions, region => Assert.True(RegionCode.TryParse(region, out _)));
        Assert.Equal(1, DayCourse.Regions.Sum(region => region.Part), 12);

        // Of the first 6.5 million: US 1.4, GB 0.8, NL and AU 0.4, FR and JP 0.35.
        var drawn = new DayPlan(Small with { Reports = 650_000 }).Tally();
        long Of(string region) => Enumerable.Range(0, Small.Services).Sum(service => drawn[service, DayPlan.Regions.ToList().IndexOf(region)]);
        Assert.All([("US", 140_000), ("GB", 80_000), ("NL", 40_000), ("AU", 40_000), ("FR", 35_000), ("JP", 35_000)], known => Assert.InRange(Of(known.Item1), known.Item2 * 0.97, known.Item2 * 1.03));
    }

    [Fact]
    public void It_begins_at_06_48_and_jumps_higher_nine_hours_later()
    {
        const double All = 17_000_000;
        double Quarter(TimeSpan from) => All * (DayCourse.Share(from + TimeSpan.FromMinutes(15)) - DayCourse.Share(from));
        double[] quarters = [.. Enumerable.Range(1, 95).Select(quarter => Quarter(TimeSpan.FromMinutes(15 * quarter)))];
        var (first, second) = (quarters[..60].Max(), quarters[60..].Max());

        Assert.InRange(Quarter(new(6, 30, 0)) / 900, 12, 19);
        Assert.InRange(Quarter(new(21, 30, 0)) / 900, 12, 19);
        Assert.True(Quarter(new(7, 0, 0)) > 20 * Quarter(new(6, 30, 0)));
        Assert.True(second > 1.5 * first);
        // No more than the worst quarter of an hour on record, all over the world.
        Assert.InRange(second / 900, 900, 1_400);
        Assert.Equal((0.0, 1.0), (Math.Round(DayCourse.Share(DayCourse.Begin), 12), Math.Round(DayCourse.Share(DayCourse.End), 12)));
    }

    [Fact]
    public void With_a_skew_the_second_service_gets_half_of_the_first()
    {
        var tally = new DayPlan(Small with { Skew = 1 }).Tally();
        long Of(int service) => Enumerable.Range(0, DayPlan.Regions.Count).Sum(region => tally[service, region]);
        Assert.InRange((double)Of(1) / Of(0), 0.47, 0.53);
        Assert.InRange((double)Of(9) / Of(0), 0.09, 0.11);
    }

    [Fact]
    public void All_faults_of_a_day_are_told_at_once()
    {
        var faults = Assert.Throws<UsageException>(() => new DayOptions(0, 0, "AWS ", -1, DayOrder.Time, 0, 0, -1, 1).Checked()).Message;
        Assert.All(["--reports", "--services", "--prefix", "--skew", "--lines", "--at-once", "--by-region"], option => Assert.Contains(option, faults));
    }

    private sealed record Line(string Service, string Region, DateTimeOffset At);
}
