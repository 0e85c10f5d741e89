using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>From a service to its subscriptions, on a clock of the test's own.</summary>
public sealed class TellingTests(Embedded store) : IClassFixture<Embedded>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_subscription_that_cannot_save_delays_no_other_and_is_told_later_what_was_so_then()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Incidents.Noon);
        await using var receiver = await Receiver.Start();
        foreach (var name in (string[])["good", "bad"])
        {
            await cluster.Subscription(name).Create(new(receiver.Url(name), new([], [], [], Level.Normal), MessageFormat.Standard), WebhookSender.NewSecret());
            await Eventually.True("active", Soon, async () => (await cluster.Subscription(name).Read())!.Status == SubscriptionStatus.Active);
        }

        cluster.States.RefusingAlone = GrainId.Create("subscription", "bad");
        await Hear(cluster, Level.Spike);
        cluster.Clock.Advance(TimeSpan.FromSeconds(10));
        await Hear(cluster, Level.Spike);
        await Eventually.True("told", Soon, () => Task.FromResult(Told(receiver, "good") == "Opened x"));
        await Hear(cluster, Level.Unknown);

        // It comes back with what it had saved: without the offer.
        cluster.States.RefusingAlone = null;
        await cluster.Restart();
        await Eventually.True("told too", Soon, async () =>
        {
            await cluster.Service("x").Wake();
            await cluster.Subscription("bad").Wake();
            cluster.Clock.Advance(TimeSpan.FromSeconds(5));
            return Told(receiver, "bad") == "Opened x";
        });
        Assert.Equal("Opened x", Told(receiver, "good"));
    }

    [Fact]
    public async Task After_a_restart_a_calm_region_says_nothing_of_those_of_the_incident()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Incidents.Noon);
        await Hear(cluster, Level.Spike);
        cluster.Clock.Advance(TimeSpan.FromSeconds(10));
        await Hear(cluster, Level.Spike);
        Assert.NotNull((await cluster.Standing("x"))!.OpenIncident);

        await cluster.Restart();
        await Hear(cluster, Level.Normal, "DE");
        var standing = (await cluster.Standing("x"))!;
        Assert.Equal(Level.Unknown, standing.Level);
        Assert.Equal(("US", Level.Unknown), (standing.Regions.Single().Region, standing.Regions.Single().Verdict.Level));

        await Hear(cluster, Level.Spike);
        standing = (await cluster.Standing("x"))!;
        Assert.Equal(Level.Spike, standing.Level);
        Assert.Equal(("US", Level.Spike), (standing.Regions.Single().Region, standing.Regions.Single().Verdict.Level));
    }

    [Fact]
    public async Task After_a_restart_a_calm_region_says_nothing_of_a_spike_that_was_no_incident_yet()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Incidents.Noon);
        await Hear(cluster, Level.Spike);
        Assert.Null((await cluster.Standing("x"))!.OpenIncident);

        await cluster.Restart();
        await Hear(cluster, Level.Normal, "DE");
        Assert.Equal(Level.Unknown, (await cluster.Standing("x"))!.Level);

        await Hear(cluster, Level.Normal);
        Assert.Equal(Level.Normal, (await cluster.Standing("x"))!.Level);

        // What is over is over for whoever wakes next, too.
        await cluster.Restart();
        await Hear(cluster, Level.Normal, "DE");
        Assert.Equal(Level.Normal, (await cluster.Standing("x"))!.Level);
    }

    private static string Told(Receiver receiver, string path) => string.Join(", ", receiver.Told.Where(one => one.Path == $"/{path}").Select(one => one.Body));

    private static Task Hear(GrainCluster cluster, Level level, string region = "US") => cluster.Service("x").Hear(
        new(region, Incidents.Verdict(level), 120, 3.5, 90, ImmutableDictionary<string, long>.Empty.Add("app", 100), []));
}
