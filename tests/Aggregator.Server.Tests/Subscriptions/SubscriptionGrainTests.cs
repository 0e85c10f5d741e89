using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>A subscription over days, on a clock of the test's own.</summary>
public sealed class SubscriptionGrainTests(Embedded store) : IClassFixture<Embedded>, IAsyncLifetime
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
    public async Task A_message_that_fails_is_tried_ten_times_over_three_days_under_one_id_and_then_given_up()
    {
        _receiver.Answers = 500;
        await Open("x");
        var waits = new[] { 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 };
        for (var attempt = 1; attempt <= 10; attempt++)
        {
            await Attempted(attempt);
            if (attempt < 10) await Pass(TimeSpan.FromSeconds(1 + 1.1 * waits[attempt - 1]));
        }

        Assert.Equal(10, _receiver.Told.Count);
        Assert.Single(_receiver.Told.Select(one => one.Id).Distinct());
        await Eventually.True("given up", Soon, async () => (await _subscription.Deliveries())[0].State == DeliveryState.Dead);
        Assert.Equal(SubscriptionStatus.Active, (await _subscription.Read())!.Status);
    }

    [Fact]
    public async Task After_five_days_of_nothing_but_failures_it_is_disabled_until_a_ping_is_answered()
    {
        _receiver.Answers = 500;
        await Open("x");
        await Attempted(1);
        await Pass(TimeSpan.FromDays(5));
        await Attempted(2);
        await Eventually.True("disabled", Soon, async () => (await _subscription.Read()) is { Status: SubscriptionStatus.Disabled, Reason: { } reason } && reason.StartsWith("failing", StringComparison.Ordinal));
        await Open("y");
        Assert.Equal("msg_x-20261122-120000_1", (await _subscription.Deliveries())[0].Id);

        _receiver.Answers = 204;
        await _subscription.Ping();
        await Eventually.True("active", Soon, async () => (await _subscription.Read()) is { Status: SubscriptionStatus.Active, FailingSince: null });
    }

    [Fact]
    public async Task What_waits_is_sent_after_the_silo_died()
    {
        _receiver.Answers = 500;
        await Open("x");
        await Attempted(1);
        _receiver.Answers = 204;
        await _cluster.Restart();
        _subscription = _cluster.Subscription("sub-1");
        await Pass(TimeSpan.FromSeconds(6));
        await Eventually.True("delivered", Soon, async () => (await _cluster.Subscription("sub-1").Deliveries())[0].State == DeliveryState.Delivered);
        Assert.Single(_receiver.Told.Select(one => one.Id).Distinct());
    }

    [Fact]
    public async Task An_attempt_that_is_on_its_way_when_the_grain_is_put_away_is_noted_and_not_sent_again()
    {
        var way = new TaskCompletionSource();
        _receiver.Way = way.Task;
        await Open("x");
        await _receiver.Messages(1);
        var away = _cluster.Collect(_subscription);
        way.SetResult();
        await away;

        Assert.Equal(DeliveryState.Delivered, (await _subscription.Deliveries())[0].State);
        Assert.Single(_receiver.Told);
    }

    [Fact]
    public async Task A_subscriber_that_does_not_answer_delays_no_offer()
    {
        var way = new TaskCompletionSource();
        _receiver.Way = way.Task;
        for (var i = 0; i < 4; i++) await Open($"s{i}").WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        way.SetResult();
        await _receiver.Messages(4);
    }

    [Fact]
    public async Task Five_openings_are_told_one_by_one_and_the_rest_of_a_storm_together_after_thirty_seconds_and_then_every_five_minutes()
    {
        for (var i = 0; i < 40; i++) await Open($"s{i}");
        Assert.Equal(["Opened s0", "Opened s1", "Opened s2", "Opened s3", "Opened s4"], (await Told(5)).Select(one => one.Body).Order());

        await Pass(TimeSpan.FromSeconds(31));
        var grouped = (await Told(6))[^1].Body;
        Assert.StartsWith("35 open of s5:Opened s6:Opened", grouped, StringComparison.Ordinal);

        await Open("late");
        for (var i = 0; i < 10; i++) await Resolve($"s{i + 10}");
        await Pass(TimeSpan.FromSeconds(200));
        await Resolve("s0");
        Assert.Equal("Resolved s0", (await Told(7))[^1].Body);

        await Pass(TimeSpan.FromSeconds(101));
        Assert.StartsWith("26 open of late:Opened s10:Resolved", (await Told(8))[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operators_word_is_not_held_back_by_a_storm()
    {
        for (var i = 0; i < 6; i++) await Open($"s{i}");
        await Told(5);
        await _subscription.Offer(Incidents.Of("s5", "US"), Incidents.Change(2, ChangeKind.Noted));
        Assert.Equal("Noted s5", (await Told(6))[^1].Body);
    }

    [Fact]
    public async Task A_secret_is_not_changed_again_while_the_one_before_still_signs()
    {
        Assert.Equal(SecretRotation.Rotated, await _subscription.Rotate(WebhookSender.NewSecret()));
        Assert.Equal(SecretRotation.TooSoon, await _subscription.Rotate(WebhookSender.NewSecret()));
        await Pass(TimeSpan.FromHours(25));
        Assert.Equal(SecretRotation.Rotated, await _subscription.Rotate(WebhookSender.NewSecret()));
    }

    [Fact]
    public async Task When_a_storm_is_over_openings_are_told_one_by_one_again()
    {
        for (var i = 0; i < 6; i++) await Open($"s{i}");
        await Told(5);
        await Pass(TimeSpan.FromSeconds(31));
        await Told(6);
        await Pass(TimeSpan.FromMinutes(6));

        await Open("later");
        Assert.Equal("Opened later", (await Told(7))[^1].Body);
        await Resolve("s5");
        await Pass(TimeSpan.FromSeconds(31));
        Assert.Equal("0 open of s5:Resolved", (await Told(8))[^1].Body);
    }

    [Fact]
    public async Task What_was_opened_together_ends_together()
    {
        for (var i = 0; i < 10; i++) await Open($"s{i}");
        await Told(5);
        await Pass(TimeSpan.FromSeconds(31));
        await Told(6);
        await Pass(TimeSpan.FromMinutes(20));

        for (var i = 0; i < 9; i++) await Resolve($"s{i}");
        await Told(11);
        await Pass(TimeSpan.FromSeconds(31));
        var told = (await Told(12)).Skip(6).Select(one => one.Body).Order().ToList();
        Assert.Equal("1 open of s5:Resolved s6:Resolved s7:Resolved s8:Resolved", told[0]);
        Assert.Equal(["Resolved s0", "Resolved s1", "Resolved s2", "Resolved s3", "Resolved s4"], told.Skip(1));
    }

    [Fact]
    public async Task Only_so_much_waits_and_the_oldest_is_given_up_for_the_newest()
    {
        _receiver.Answers = 500;
        for (var i = 0; i < 230; i++)
        {
            await Pass(TimeSpan.FromMinutes(2));
            await Open($"s{i}");
        }

        var deliveries = await _subscription.Deliveries();
        Assert.InRange(deliveries.Count(one => one.State == DeliveryState.Waiting), 1, 200);
        Assert.InRange(deliveries.Length, 200, 400);
        Assert.Equal("msg_s229-20261122-120000_1", deliveries[0].Id);
    }

    /// <summary>What was received once the answers were heard too: a clock that jumps before that lets the sender give up waiting.</summary>
    private async Task<IReadOnlyList<Received>> Told(int count)
    {
        await _receiver.Messages(count);
        await Eventually.True("all delivered", Soon, async () => (await _subscription.Deliveries()).All(one => one.State == DeliveryState.Delivered));
        return _receiver.Told;
    }

    // The clock may jump over the moment at which it would look again.
    private async Task Pass(TimeSpan span)
    {
        _cluster.Clock.Advance(span);
        await _subscription.Wake();
    }

    private Task Open(string service)
    {
        var incident = Incidents.Of(service, "US");
        return _subscription.Offer(incident, incident.Changes[0]);
    }

    private Task Resolve(string service) => _subscription.Offer(Incidents.Of(service, "US"), Incidents.Change(2, ChangeKind.Resolved));

    // The clock jumps over the moment at which it would look again.
    private Task Attempted(int times) => Eventually.True($"{times} attempts", Soon, async () =>
    {
        await _subscription.Wake();
        return (await _subscription.Deliveries())[0].Attempts.Length == times;
    });
}
