using Aggregator.Domain;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

/// <summary>What a region has learned is saved at least hourly and when it is collected.</summary>
public sealed class SavingTests(Embedded store) : IClassFixture<Embedded>
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_region_saves_within_its_first_hour_and_hourly_from_then_on()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await cluster.Open(Noon.AddDays(-2), Noon);
        await cluster.Report(Us, 1);

        await cluster.Pass(Hour, Us);
        Assert.Equal(1, cluster.Saves(Us));
        await cluster.Pass(Hour, Us);
        Assert.Equal(2, cluster.Saves(Us));
        Assert.InRange(BucketGrid.TenSeconds.StartOf((await cluster.Saved(Us))!.Next!.Value), cluster.Clock.GetUtcNow() - Hour, cluster.Clock.GetUtcNow());
    }

    [Fact]
    public async Task A_save_that_failed_is_tried_again_within_a_minute()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await cluster.Open(Noon.AddDays(-2), Noon);
        await cluster.Report(Us, 1);
        cluster.States.Refusing = true;
        await cluster.Pass(Hour, Us);
        Assert.InRange(cluster.Saves(Us), 1, 61);
        Assert.Null(await cluster.Saved(Us));

        cluster.States.Refusing = false;
        await cluster.Pass(TimeSpan.FromSeconds(70), Us);
        Assert.NotNull(await cluster.Saved(Us));
    }

    [Fact]
    public async Task Series_that_woke_together_do_not_save_together()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await cluster.Open(Noon.AddDays(-2), Noon);
        var regions = Enumerable.Range(0, 24).Select(i => Us with { Region = RegionCode.Parse($"US-{i:00}") }).ToArray();
        foreach (var region in regions) await cluster.Region(region).Wake();
        foreach (var region in regions) await cluster.Report(region, 1);

        var saved = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            var before = Saves();
            await cluster.Pass(TimeSpan.FromMinutes(10), regions);
            saved.Add(Saves() - before);
        }

        // Chance spreads them; were they all at once, one part would have all 24.
        Assert.Equal(24, saved.Sum());
        Assert.All(saved, saves => Assert.InRange(saves, 0, 16));

        int Saves() => regions.Sum(cluster.Saves);
    }

    [Fact]
    public async Task Regions_that_end_with_their_silo_write_nothing_and_do_nothing_any_more()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await cluster.Open(Noon.AddDays(-2), Noon);
        await cluster.Report(Us, 1);
        await cluster.Pass(TimeSpan.FromMinutes(1), Us);
        var before = cluster.States.Writes.Count;

        await cluster.Stop();
        cluster.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(before, cluster.States.Writes.Count);
        Assert.DoesNotContain(cluster.Said, said => said.Contains("could not", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_region_that_nobody_reports_from_is_collected_and_has_saved()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Noon);
        await cluster.Open(Noon.AddDays(-2), Noon);
        await cluster.Region(Us).Wake();
        await cluster.Pass(TimeSpan.FromSeconds(10), Us);

        await Eventually.True("it has saved at its collection", TimeSpan.FromSeconds(10), async () => await cluster.Saved(Us) is not null);
    }
}
