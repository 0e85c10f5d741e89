using Aggregator.Domain;
using Aggregator.Grains;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

/// <summary>What a region knows after a restart, a loss, a gap.</summary>
public sealed class LearningTests(Embedded store) : IClassFixture<Embedded>
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task After_a_kill_a_region_knows_to_the_last_bit_what_one_knows_that_was_not_killed()
    {
        await using var cluster = await Learned(days: 6, Us, Gb);
        for (var i = 0; i < 30 * 12; i++)
        {
            await cluster.Report(Reports(Us, i), Reports(Gb, i));
            await cluster.Pass(TimeSpan.FromSeconds(10), Us, Gb);
            if (i is 250 or 300) await cluster.Kill(Us);
        }

        await cluster.Collect(Us);
        await cluster.Collect(Gb);
        Assert.Equal((await cluster.Saved(Gb))!.Save(), (await cluster.Saved(Us))!.Save());

        static Report Reports(SeriesKey series, int i) => new(series, Noon.AddSeconds(10 * i), "app", 3 + i % 5, null, null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_open_spike_stays_the_same_spike_and_the_same_incident_when_its_region_comes_back(bool killed)
    {
        await using var cluster = await Learned(days: 6, Us);
        await cluster.Steady(TimeSpan.FromMinutes(10), Us, perBucket: 5);
        await cluster.Steady(TimeSpan.FromMinutes(10), Us, perBucket: 200);
        var before = (await cluster.Region(Us).Read()).Verdict;
        Assert.Equal(Level.Spike, before.Level);

        if (killed) await cluster.Kill(Us);
        else await cluster.Collect(Us);
        var after = (await cluster.Region(Us).Read()).Verdict;
        Assert.Equal((before.Level, before.Since, before.Observed, before.Expected), (after.Level, after.Since, after.Observed, after.Expected));

        await cluster.Steady(TimeSpan.FromMinutes(10), Us, perBucket: 200);
        Assert.Equal(before.Since, (await cluster.Region(Us).Read()).Verdict.Since);
        Assert.Single(await cluster.Incidents.List(null, null, 0, 10));
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("garbage")]
    [InlineData("another version")]
    public async Task A_region_whose_state_is_gone_learns_anew_from_its_minutes_says_so_once_and_raises_nothing(string how)
    {
        await using var cluster = await Learned(days: 20, Us);
        await cluster.Minutes(Us, Noon.AddDays(-2), Enumerable.Repeat((long?)3000, 120));
        await cluster.Steady(TimeSpan.FromMinutes(5), Us, perBucket: 5);
        var before = await Usual(cluster, Us);
        var said = cluster.Said.Count;

        if (how == "lost") await cluster.Forget(Us);
        else if (how == "garbage") await cluster.Spoil(Us, "\u0007 garbage");
        else await cluster.Save(Us, [250, 1, 2, 3]);
        await cluster.Steady(TimeSpan.FromMinutes(5), Us, perBucket: 5);

        Assert.Equal(VerdictReason.AsUsual, (await cluster.Region(Us).Read()).Verdict.Reason);
        Assert.Single(cluster.Said.Skip(said), line => line.Contains("learned anew", StringComparison.Ordinal));
        Assert.Empty(await cluster.Incidents.List(null, null, 0, 10));

        var after = await Usual(cluster, Us);
        Assert.All(before.Zip(after), hour => Assert.Equal(hour.First, hour.Second, hour.First * 0.1));
    }

    [Fact]
    public async Task A_day_in_which_nobody_could_report_teaches_nothing()
    {
        await using var cluster = await Learned(days: 10, Us);
        await cluster.Steady(TimeSpan.FromMinutes(5), Us, perBucket: 5);
        var before = await Usual(cluster, Us);

        // The servers were not open meanwhile.
        cluster.Clock.Advance(TimeSpan.FromHours(30));
        await cluster.Steady(TimeSpan.FromMinutes(2), Us, perBucket: 5);

        var after = await Usual(cluster, Us);
        Assert.All(before.Zip(after), hour => Assert.Equal(hour.First, hour.Second, hour.First * 0.03));
    }

    [Fact]
    public async Task Duplicates_and_quarantined_reports_teach_nothing()
    {
        await using var cluster = await Learned(days: 3, Us, Gb);
        for (var i = 0; i < 60; i++)
        {
            var at = cluster.Clock.GetUtcNow();
            await cluster.Report(new Report(Gb, at, "app", 2, null, null));
            await cluster.Report(
                [new(Us, at, "app", 2, null, null),
                 .. Enumerable.Range(0, i == 0 ? 0 : 50).Select(_ => new Report(Us, at, "app", 1, "ann", "n")),
                 .. Enumerable.Range(0, i == 0 ? 0 : 50).Select(r => new Report(Us, at, "app", 1, $"r{r}", "full"))]);
            if (i == 0)
            {
                // What counts of them counts in the first bucket, in both regions.
                await cluster.Report([.. Enumerable.Range(0, 20).Select(r => new Report(Us, at, "app", 1, $"first{r}", "full")), new(Us, at, "app", 1, "ann", "n")]);
                await cluster.Report(new Report(Gb, at, "app", 21, null, null));
            }

            await cluster.Pass(TimeSpan.FromSeconds(10), Us, Gb);
        }

        await cluster.Collect(Us);
        await cluster.Collect(Gb);
        var hour = BucketGrid.TenSeconds.IndexOf(Noon) / 360;
        Assert.Equal((await cluster.Store.ReadMinutes(Gb, hour, hour + 1))[hour].ToString(), (await cluster.Store.ReadMinutes(Us, hour, hour + 1))[hour].ToString());
        var (us, gb) = ((await cluster.Saved(Us))!, (await cluster.Saved(Gb))!);
        Assert.Equal(gb.Expected(Noon.AddDays(1), Noon.AddDays(1) + Hour), us.Expected(Noon.AddDays(1), Noon.AddDays(1) + Hour));
    }

    [Fact]
    public async Task What_happened_while_a_region_slept_over_new_year_is_learned()
    {
        var newYear = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await using var cluster = await Learned(days: 10, newYear.AddMinutes(-30), Us);
        await cluster.Steady(TimeSpan.FromMinutes(20), Us, perBucket: 5);
        await cluster.Kill(Us);
        await cluster.Steady(TimeSpan.FromMinutes(20), Us, perBucket: 5);

        Assert.Equal((Level.Normal, VerdictReason.AsUsual), ((await cluster.Region(Us).Read()).Verdict.Level, (await cluster.Region(Us).Read()).Verdict.Reason));
        await cluster.Collect(Us);
        Assert.Equal(newYear.AddMinutes(10), BucketGrid.TenSeconds.StartOf((await cluster.Saved(Us))!.Next!.Value));
        Assert.InRange((await cluster.Saved(Us))!.Expected(newYear.AddHours(-1), newYear.AddHours(1)), 3300, 3900);
    }

    private Task<GrainCluster> Learned(int days, params SeriesKey[] regions) => Learned(days, Noon, regions);

    /// <summary>Regions that got 30 reports a minute for so many days, in servers that were open all the while.</summary>
    private async Task<GrainCluster> Learned(int days, DateTimeOffset now, params SeriesKey[] regions)
    {
        var cluster = await GrainCluster.Start(store.Fresh(), now);
        await cluster.Open(now.AddDays(-days), now);
        foreach (var region in regions.Append(All))
        {
            var times = region == All ? regions.Length : 1;
            await cluster.Minutes(region, now.AddDays(-days), Enumerable.Range(0, days * 1440).Select(i => (long?)(times * (25 + i % 11))));
            await cluster.Region(region).Read();
        }

        return cluster;
    }

    /// <summary>What is usual in each hour of a Monday, as saved; the region has been collected.</summary>
    private static async Task<double[]> Usual(GrainCluster cluster, SeriesKey series)
    {
        await cluster.Collect(series);
        var (saved, monday) = ((await cluster.Saved(series))!, Noon.AddHours(12));
        return [.. Enumerable.Range(0, 24).Select(hour => saved.Expected(monday.AddHours(hour), monday.AddHours(hour + 1)))];
    }
}
