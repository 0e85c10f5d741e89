using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.Extensions.Logging.Abstractions;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

public sealed class DocumentTestsOnTheEmbeddedStore(Embedded store) : DocumentTests<Embedded>(store);

[StartsProcess]
public sealed class DocumentTestsOnRedis(RealRedis store) : DocumentTests<RealRedis>(store);

/// <summary>What else is kept: the keys of the days, the catalog, the incidents.</summary>
public abstract class DocumentTests<TStore>(TStore store) : IClassFixture<TStore> where TStore : StoreFixture
{
    [Fact]
    public async Task Two_servers_have_one_key_for_a_day_and_another_for_the_next()
    {
        var connection = store.Fresh();
        var (one, two) = (new ReporterKeys(connection), new ReporterKeys(connection));

        var keys = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : two).Of(Noon).AsTask()));
        var next = await two.Of(Noon.AddHours(12));

        Assert.All(keys, key => Assert.Equal(keys[0], key));
        Assert.Equal(32, keys[0].Length);
        Assert.NotEqual(keys[0], next);
        Assert.Equal(next, await one.Of(Noon.AddHours(35)));
    }

    [Fact]
    public async Task Only_the_first_window_of_a_day_has_another_name_for_the_window_before()
    {
        var keys = new ReporterKeys(store.Fresh());
        var (window, midnight) = (TimeSpan.FromMinutes(30), Noon.AddHours(12));
        var (last, first, second) = (await keys.Around(midnight.AddSeconds(-5), window), await keys.Around(midnight.AddSeconds(5), window), await keys.Around(midnight.AddMinutes(31), window));

        Assert.Equal(last.Pseudonym("ann"u8), first.PseudonymBefore("ann"u8));
        Assert.NotEqual(last.Pseudonym("ann"u8), first.Pseudonym("ann"u8));
        Assert.Equal(first.Pseudonym("ann"u8), second.Pseudonym("ann"u8));
        Assert.Null(last.PseudonymBefore("ann"u8));
        Assert.Null(second.PseudonymBefore("ann"u8));
    }

    [Fact]
    public async Task A_pseudonym_depends_on_the_key_and_on_the_text()
    {
        var keys = new ReporterKeys(store.Fresh());
        var (today, tomorrow) = (await keys.Of(Noon), await keys.Of(Noon.AddDays(1)));

        Assert.Equal(ReporterKeys.Pseudonym(today, "ann"u8), ReporterKeys.Pseudonym(today, "ann"u8));
        Assert.NotEqual(ReporterKeys.Pseudonym(today, "ann"u8), ReporterKeys.Pseudonym(today, "bob"u8));
        Assert.NotEqual(ReporterKeys.Pseudonym(today, "ann"u8), ReporterKeys.Pseudonym(tomorrow, "ann"u8));
    }

    [Fact]
    public async Task The_catalog_is_read_as_it_was_written_and_its_version_grows()
    {
        var catalog = new CatalogStore(store.Fresh());
        Assert.Equal(0, await catalog.Version());

        await catalog.Seed([new("x", "{1}"), new("aws", "{2}")]);
        var seeded = await catalog.Version();
        Assert.True(await catalog.PutService("new", "{3}"));
        Assert.False(await catalog.PutService("x", "{4}"));
        Assert.True(await catalog.DeleteService("aws"));
        Assert.False(await catalog.DeleteService("aws"));
        Assert.True(await catalog.PutRegion("US-CA", "{5}"));

        Assert.Equal(new Dictionary<string, string> { ["x"] = "{4}", ["new"] = "{3}" }, await catalog.Services());
        Assert.Equal(new Dictionary<string, string> { ["US-CA"] = "{5}" }, await catalog.Regions());
        Assert.True(await catalog.Version() >= seeded + 4);
        Assert.True(await catalog.DeleteRegion("US-CA"));
        Assert.Empty(await catalog.Regions());
    }

    [Fact]
    public async Task An_incident_is_read_as_it_was_written_last()
    {
        var incidents = new IncidentStore(store.Fresh(), NullLogger<IncidentStore>.Instance);
        var opened = Incident("a", Noon);
        await incidents.Put(opened);
        await incidents.Put(opened with { ResolvedAt = Noon.AddHours(1) });

        var read = await incidents.Find("a");

        Assert.Equal(JsonSerializer.Serialize(opened with { ResolvedAt = Noon.AddHours(1) }), JsonSerializer.Serialize(read));
        Assert.Null(await incidents.Find("b"));
        Assert.Single(await incidents.List(null, null, 0, 10));
    }

    [Fact]
    public async Task Incidents_are_listed_newest_first_page_by_page()
    {
        var incidents = new IncidentStore(store.Fresh(), NullLogger<IncidentStore>.Instance);
        foreach (var hour in new[] { 3, 1, 4, 2, 5 }) await incidents.Put(Incident($"i{hour}", Noon.AddHours(hour)));

        Assert.Equal(["i5", "i4", "i3", "i2", "i1"], await List(null, null, 0, 10));
        Assert.Equal(["i3", "i2"], await List(null, null, 2, 2));
        Assert.Equal(["i4", "i3", "i2"], await List(Noon.AddHours(2), Noon.AddHours(4), 0, 10));

        async Task<string[]> List(DateTimeOffset? from, DateTimeOffset? to, int skip, int take) =>
            [.. (await incidents.List(from, to, skip, take)).Select(incident => incident.Id)];
    }

    private static IncidentDocument Incident(string id, DateTimeOffset at)
    {
        var verdict = new VerdictDocument(Level.Spike, default, 120, 3.5, TimeSpan.FromMinutes(5), 42, at);
        return new()
        {
            Id = id,
            Service = "x",
            OpenedAt = at,
            Opening = verdict,
            OpenedBy = "US",
            Peak = new(at, 120, 3.5),
            Regions = [new("US", Level.Spike, at, new(at, 120, 3.5))],
            Changes = [new(1, ChangeKind.Opened, at, "US", verdict)],
            Symptoms = ImmutableDictionary<string, long>.Empty.Add("app", 100),
        };
    }
}
