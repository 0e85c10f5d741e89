using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>What a subscriber is told that refuses for a while, on a clock of the test's own.</summary>
public sealed class DeliveryOrderTests(Embedded store) : IClassFixture<Embedded>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private GrainCluster _cluster = null!;
    private Receiver _receiver = null!;
    private ISubscriptionGrain _subscription = null!;

    public async ValueTask InitializeAsync()
    {
        (_cluster, _receiver) = (await GrainCluster.Start(store.Fresh(), Incidents.Noon), await Receiver.Start());
        _subscription = _cluster.Subscription("sub-1");
        await _subscription.Create(new(_receiver.Url(), new([], [], [], Level.Normal), MessageFormat.Standard), WebhookSender.NewSecret());
        await Eventually.True("active", Soon, async () => (await _subscription.Read())!.Status == SubscriptionStatus.Active);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task An_opening_that_was_refused_is_not_sent_after_the_end()
    {
        _receiver.Answers = 503;
        await Offer("x", 1, ChangeKind.Opened);
        await Attempted("x", 1, times: 1);
        _receiver.Answers = 204;
        await Pass(TimeSpan.FromSeconds(1));
        await Offer("x", 2, ChangeKind.Resolved);
        await Becomes("x", 2, DeliveryState.Delivered);

        Assert.Equal(DeliveryState.Overtaken, (await Find("x", 1)).State);
        Assert.Equal(DeliveryRetry.Overtaken, await _subscription.Retry(Id("x", 1)));
        await Pass(TimeSpan.FromHours(1));
        Assert.Equal([Id("x", 1), Id("x", 2)], _receiver.Told.Select(one => one.Id));
    }

    [Fact]
    public async Task An_opening_is_not_sent_after_an_end_that_the_subscriber_does_not_want_to_hear_of()
    {
        await _subscription.Change(new(_receiver.Url(), new([], [], [ChangeKind.Opened], Level.Normal), MessageFormat.Standard));
        _receiver.Answers = 503;
        await Offer("x", 1, ChangeKind.Opened);
        await Attempted("x", 1, times: 1);
        await Offer("x", 2, ChangeKind.Resolved);
        Assert.Equal([Id("x", 1)], (await _subscription.Deliveries()).Where(one => one.Incident is not null).Select(one => one.Id));
        Assert.Equal(DeliveryState.Overtaken, (await Find("x", 1)).State);
    }

    [Fact]
    public async Task A_spread_waits_for_its_opening_and_other_incidents_do_not()
    {
        _receiver.Answers = 503;
        await Offer("x", 1, ChangeKind.Opened);
        await Attempted("x", 1, times: 1);
        _receiver.Answers = 204;
        await Offer("x", 2, ChangeKind.Spread);
        Assert.Single(_receiver.Told);

        // What another incident's message was answered with makes it due at once.
        await Offer("y", 1, ChangeKind.Opened);
        await Becomes("x", 2, DeliveryState.Delivered);
        Assert.Equal([Id("x", 1), Id("y", 1), Id("x", 1), Id("x", 2)], _receiver.Told.Select(one => one.Id));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_receiver_that_asks_for_a_pause_is_left_alone_for_exactly_that_long(int status)
    {
        (_receiver.Answers, _receiver.Header) = (status, ("Retry-After", "70"));
        await Offer("x", 1, ChangeKind.Opened);
        await Attempted("x", 1, times: 1);
        (_receiver.Answers, _receiver.Header) = (204, null);

        await Pass(TimeSpan.FromSeconds(69));
        await Offer("y", 1, ChangeKind.Opened);
        await _subscription.Read();
        Assert.Single(_receiver.Told);
        await Pass(TimeSpan.FromSeconds(1));
        await Becomes("x", 1, DeliveryState.Delivered);
        await Becomes("y", 1, DeliveryState.Delivered);
    }

    [Fact]
    public async Task A_pause_outlives_a_restart()
    {
        (_receiver.Answers, _receiver.Header) = (429, ("Retry-After", "600"));
        await Offer("x", 1, ChangeKind.Opened);
        await Attempted("x", 1, times: 1);
        (_receiver.Answers, _receiver.Header) = (204, null);
        await _cluster.Collect(_subscription);
        await Pass(TimeSpan.FromSeconds(599));
        await _subscription.Read();
        Assert.Single(_receiver.Told);
        await Pass(TimeSpan.FromSeconds(1));
        await Becomes("x", 1, DeliveryState.Delivered);
    }

    [Fact]
    public async Task Whoever_was_disabled_between_an_opening_and_its_end_is_told_the_end_when_it_is_enabled()
    {
        await Offer("x", 1, ChangeKind.Opened);
        await Becomes("x", 1, DeliveryState.Delivered);
        _receiver.Answers = 410;
        await Offer("y", 1, ChangeKind.Opened);
        await Eventually.True("disabled", Soon, async () => (await _subscription.Read())!.Status == SubscriptionStatus.Disabled);

        await Offer("x", 2, ChangeKind.Resolved);
        await Offer("y", 2, ChangeKind.Resolved);
        await Offer("z", 1, ChangeKind.Opened);
        _receiver.Answers = 204;
        await _subscription.Ping();
        await Becomes("x", 2, DeliveryState.Delivered);
        await Becomes("y", 2, DeliveryState.Delivered);
        Assert.Equal(DeliveryState.Overtaken, (await Find("y", 1)).State);
        Assert.DoesNotContain(await _subscription.Deliveries(), one => one.Incident == Incidents.Of("z", "US").Id);
    }

    [Fact]
    public async Task An_end_that_was_given_up_is_told_when_the_receiver_accepts_something_again()
    {
        await Offer("x", 1, ChangeKind.Opened);
        await Becomes("x", 1, DeliveryState.Delivered);
        _receiver.Answers = 500;
        await Offer("x", 2, ChangeKind.Resolved);
        foreach (var wait in new[] { 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 })
        {
            await Settled("x", 2);
            await Pass(TimeSpan.FromSeconds(1 + 1.1 * wait));
        }

        await Becomes("x", 2, DeliveryState.Dead);
        _receiver.Answers = 204;
        await _subscription.Ping();
        await Becomes("x", 2, DeliveryState.Delivered);
    }

    [Fact]
    public async Task Of_a_group_that_was_refused_only_what_is_still_true_is_told_again()
    {
        for (var i = 0; i < 8; i++) await Offer($"s{i}", 1, ChangeKind.Opened);
        await _receiver.Messages(5);
        await Eventually.True("the five that were told one by one", Soon, async () => (await _subscription.Deliveries()).All(one => one.State == DeliveryState.Delivered));
        _receiver.Answers = 503;
        await Pass(TimeSpan.FromSeconds(31));
        await _receiver.Messages(6);
        await Eventually.True("a group that was refused", Soon, async () => (await _subscription.Deliveries())[0].Attempts.Length == 1);
        Assert.Equal("3 open of s5:Opened s6:Opened s7:Opened", _receiver.Told[^1].Body);

        _receiver.Answers = 204;
        await Offer("s6", 2, ChangeKind.Resolved);
        var told = await _receiver.Messages(7);
        Assert.Equal("3 open of s5:Opened s7:Opened", told[^1].Body);
        Assert.Equal(7, told.Select(one => one.Id).Distinct().Count());
        await Pass(TimeSpan.FromMinutes(6));
        Assert.Equal("2 open of s6:Resolved", (await _receiver.Messages(8))[^1].Body);
    }

    [Fact]
    public async Task A_change_told_in_a_group_is_not_told_again_when_it_is_offered_again()
    {
        for (var i = 0; i < 7; i++) await Offer($"s{i}", 1, ChangeKind.Opened);
        await _receiver.Messages(5);
        await Pass(TimeSpan.FromSeconds(31));
        await _receiver.Messages(6);
        await Eventually.True("all delivered", Soon, async () => (await _subscription.Deliveries()).All(one => one.State == DeliveryState.Delivered));
        await Offer("s6", 1, ChangeKind.Opened);
        await Pass(TimeSpan.FromMinutes(6));
        await _subscription.Read();
        Assert.Equal(6, _receiver.Told.Count);
    }

    private static string Id(string service, int sequence) => $"msg_{Incidents.Of(service, "US").Id}_{sequence}";

    private async Task Pass(TimeSpan span)
    {
        _cluster.Clock.Advance(span);
        await _subscription.Wake();
    }

    private Task Offer(string service, int sequence, ChangeKind kind)
    {
        var incident = Incidents.Of(service, "US");
        return _subscription.Offer(incident, sequence == 1 ? incident.Changes[0] : Incidents.Change(sequence, kind, kind == ChangeKind.Resolved ? [] : ["GB"]));
    }

    private async Task<DeliveryDocument> Find(string service, int sequence) => (await _subscription.Deliveries()).Single(one => one.Id == Id(service, sequence));

    private Task Becomes(string service, int sequence, DeliveryState state) => Eventually.True(
        $"{service} {sequence} {state}", Soon, async () => (await Find(service, sequence)).State == state);

    private Task Attempted(string service, int sequence, int times) => Eventually.True(
        $"{times} attempts", Soon, async () => (await Find(service, sequence)).Attempts.Length == times);

    /// <summary>Waits until the answer to what is due has been noted.</summary>
    private Task Settled(string service, int sequence) => Eventually.True("the answer", Soon, async () =>
    {
        await _subscription.Wake();
        return (await Find(service, sequence)) is var one && (one.Due is null || one.Due > _cluster.Clock.GetUtcNow());
    });
}
