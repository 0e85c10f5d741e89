using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>Work that is left is found by itself: nothing here was ever reported through the store, and nobody but the board wakes the service.</summary>
public sealed class PendingTests(Embedded store) : IClassFixture<Embedded>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static readonly ServiceKey X = ServiceKey.Parse("x");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_open_incident_is_found_after_a_restart(bool savedByAnEarlierVersion)
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Incidents.Noon);
        await Open(cluster);
        if (savedByAnEarlierVersion) await cluster.ForgetPending("x");

        await cluster.Restart();
        var standing = await BoardShows(cluster, standing => standing.OpenIncident is not null);
        Assert.Equal(Level.Unknown, standing.Level);
    }

    [Fact]
    public async Task A_spike_that_is_no_incident_yet_is_found_after_a_restart()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Incidents.Noon);
        await Hear(cluster, Level.Spike);
        await cluster.Restart();
        await BoardShows(cluster, standing => standing is { Level: Level.Unknown, Regions: [{ Region: "US" }, ..] });
    }

    [Fact]
    public async Task The_incident_of_a_removed_service_ends_and_is_told_and_can_be_forgotten()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Incidents.Noon);
        await using var receiver = await Receiver.Start();
        await cluster.Subscription("one").Create(new(receiver.Url("one"), new([], [], [], Level.Normal), MessageFormat.Standard), WebhookSender.NewSecret());
        await Eventually.True("active", Soon, async () => (await cluster.Subscription("one").Read())!.Status == SubscriptionStatus.Active);
        await Open(cluster);
        await Eventually.True("told of the opening", Soon, () => Task.FromResult(Told(receiver) == "Opened x"));

        await cluster.Catalog.DeleteService("x");
        await cluster.Restart();
        await Eventually.True("told of the end", Soon, async () =>
        {
            await cluster.Standing("x");
            await cluster.Subscription("one").Wake();
            cluster.Clock.Advance(TimeSpan.FromSeconds(5));
            return Told(receiver) == "Opened x, Resolved x";
        });

        var incident = Assert.Single(await cluster.Incidents.List(null, null, 0, 10, "x"));
        Assert.Contains("removed from the catalog", Assert.Single(incident.Notes).Text, StringComparison.Ordinal);
        Assert.True(await cluster.Service("x").Forget());
        Assert.Empty(await cluster.Pending.Of(StoreKeys.ShardOf(X)));
    }

    [Fact]
    public async Task A_removed_service_begins_no_incident_until_it_is_put_back()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Incidents.Noon);
        await cluster.Catalog.DeleteService("x");
        await Open(cluster);
        Assert.Null((await cluster.Standing("x"))?.OpenIncident);
        Assert.Empty(await cluster.Incidents.List(null, null, 0, 10, "x"));

        await cluster.Catalog.PutService("x", "{}");
        await Open(cluster);
        Assert.NotNull((await cluster.Standing("x"))!.OpenIncident);
    }

    [Fact]
    public async Task A_service_is_no_longer_pending_when_all_is_over_and_told()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Incidents.Noon);
        await Open(cluster);
        Assert.Equal([X], await cluster.Pending.Of(StoreKeys.ShardOf(X)));

        await cluster.Service("x").Close();
        await Eventually.True("nothing is left to do", Soon, async () =>
        {
            cluster.Clock.Advance(TimeSpan.FromSeconds(5));
            return (await cluster.Pending.Of(StoreKeys.ShardOf(X))).Count == 0;
        });
        Assert.NotNull(Assert.Single(await cluster.Incidents.List(null, null, 0, 10, "x")).ResolvedAt);
    }

    private static string Told(Receiver receiver) => string.Join(", ", receiver.Told.Where(one => one.Path == "/one").Select(one => one.Body));

    private static async Task Open(GrainCluster cluster)
    {
        await Hear(cluster, Level.Spike);
        cluster.Clock.Advance(TimeSpan.FromSeconds(10));
        await Hear(cluster, Level.Spike);
    }

    private static Task<ServiceStanding> BoardShows(GrainCluster cluster, Func<ServiceStanding, bool> wanted) => Eventually.Is(
        "what the board shows",
        async () =>
        {
            var standing = await cluster.Standing("x");
            cluster.Clock.Advance(TimeSpan.FromSeconds(5));
            return standing!;
        },
        standing => standing is not null && wanted(standing), Soon);

    private static Task Hear(GrainCluster cluster, Level level) => cluster.Service("x").Hear(
        new("US", Incidents.Verdict(level), 120, 3.5, 90, ImmutableDictionary<string, long>.Empty.Add("app", 100), []));
}
