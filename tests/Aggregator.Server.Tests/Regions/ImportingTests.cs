using Aggregator.Domain;
using Aggregator.Grains;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

/// <summary>History that is imported trains a region at once, and raises and ends nothing.</summary>
public sealed class ImportingTests(Embedded store) : IClassFixture<Embedded>
{
    [Fact]
    public async Task A_region_that_imports_up_to_now_is_not_surprised_by_its_usual_reports()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);

        // The server was open for a day before anybody told it of this service.
        await cluster.Open(Noon.AddDays(-1), Noon);
        await cluster.Region(Us).Read();
        await Import(cluster, Us, days: 14, 40);
        Assert.Equal((Level.Normal, VerdictReason.AsUsual), Said(await cluster.Region(Us).Read()));

        for (var i = 0; i < 90; i++)
        {
            await cluster.Steady(TimeSpan.FromSeconds(10), Us, perBucket: 7);
            Assert.Equal(Level.Normal, (await cluster.Region(Us).Read()).Verdict.Level);
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(6000)]
    public async Task An_import_during_a_spike_neither_ends_it_nor_opens_another(int usual)
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await cluster.Open(Noon.AddDays(-1), Noon);
        await cluster.Minutes(Us, Noon.AddDays(-1), Enumerable.Repeat((long?)30, 1440));
        await cluster.Minutes(All, Noon.AddDays(-1), Enumerable.Repeat((long?)3000, 1440));
        await cluster.Region(All).Read();
        await cluster.Steady(TimeSpan.FromMinutes(5), Us, perBucket: 200);
        await cluster.Steady(TimeSpan.FromMinutes(5), Us, perBucket: 30);
        var before = (await cluster.Region(Us).Read()).Verdict;
        Assert.Equal(Level.Spike, before.Level);

        await Import(cluster, Us, days: 14, usual);
        var after = (await cluster.Region(Us).Read()).Verdict;
        Assert.Equal((before.Level, before.Since), (after.Level, after.Since));
        await cluster.Steady(TimeSpan.FromMinutes(1), Us, perBucket: 30);
        Assert.Equal((before.Level, before.Since), ((await cluster.Region(Us).Read()).Verdict.Level, (await cluster.Region(Us).Read()).Verdict.Since));
        Assert.Single(await cluster.Incidents.List(null, null, 0, 10));
    }

    [Fact]
    public async Task An_import_that_makes_the_last_hours_look_large_raises_nothing_but_what_comes_after_it_may()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await cluster.Open(Noon.AddDays(-1), Noon);
        foreach (var series in new[] { Us, All }) await cluster.Minutes(series, Noon.AddDays(-1), Enumerable.Repeat((long?)60, 1440));
        await cluster.Region(Us).Read();
        await cluster.Region(All).Read();
        await cluster.Steady(TimeSpan.FromMinutes(20), Us, perBucket: 10);
        Assert.Equal(Level.Normal, (await cluster.Region(Us).Read()).Verdict.Level);

        foreach (var series in new[] { Us, All }) await Import(cluster, series, days: 14, 1, until: Noon.AddHours(-1));
        await cluster.Steady(TimeSpan.FromSeconds(20), Us, perBucket: 0);
        Assert.Equal(Level.Normal, (await cluster.Region(Us).Read()).Verdict.Level);
        Assert.Empty(await cluster.Incidents.List(null, null, 0, 10));

        await cluster.Steady(TimeSpan.FromMinutes(5), Us, perBucket: 10);
        Assert.Equal(Level.Spike, (await cluster.Region(Us).Read()).Verdict.Level);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_import_trains_a_region_awake_or_asleep_and_a_second_one_changes_nothing(bool awake)
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        if (awake) Assert.Equal(Level.Unknown, (await cluster.Region(Us).Read()).Verdict.Level);
        await Import(cluster, Us, days: 3, 40);
        await cluster.Pass(TimeSpan.FromSeconds(10), Us);
        Assert.Equal((Level.Normal, VerdictReason.AsUsual), Said(await cluster.Region(Us).Read()));

        await cluster.Collect(Us);
        var once = (await cluster.Saved(Us))!;
        Assert.InRange(once.Expected(Noon, Noon.AddHours(1)), 2300, 2500);
        await Import(cluster, Us, days: 3, 40);
        await cluster.Collect(Us);
        Assert.Equal(once.Save(), (await cluster.Saved(Us))!.Save());
    }

    [Fact]
    public async Task A_store_that_fails_in_the_midst_leaves_the_region_as_it_was()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await Import(cluster, Us, days: 3, 40);
        var before = (await cluster.Region(Us).Read()).Expected;

        // An hour that cannot be read.
        await cluster.SpoilMinutes(Us, Noon.AddDays(-2));
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Region(Us).Relearn());

        Assert.Equal(before, (await cluster.Region(Us).Read()).Expected);
    }

    private static (Level, VerdictReason) Said(RegionSnapshot region) => (region.Verdict.Level, region.Verdict.Reason);

    private static async Task Import(GrainCluster cluster, SeriesKey series, int days, int perMinute, DateTimeOffset? until = null)
    {
        var from = Noon.AddDays(-days);
        var counts = Enumerable.Repeat((long?)perMinute, (int)((until ?? cluster.Clock.GetUtcNow()) - from).TotalMinutes);
        await cluster.Region(series).Import([new(from, [.. counts])]);
        await cluster.Region(series).Relearn();
    }
}
