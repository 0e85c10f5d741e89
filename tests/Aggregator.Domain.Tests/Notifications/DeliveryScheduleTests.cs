namespace Aggregator.Domain.Tests;

public class DeliveryScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private readonly OutgoingState _state = new();
    private readonly DeliverySchedule<Outgoing> _schedule;
    private DateTimeOffset _now = Noon;

    public DeliveryScheduleTests() => _schedule = new(_state);

    [Fact]
    public void Changes_of_one_incident_go_in_order_and_other_incidents_do_not_wait()
    {
        Offer("x", 1, ChangeKind.Opened);
        Offer("x", 2, ChangeKind.Spread);
        Offer("y", 1, ChangeKind.Opened);
        Assert.Equal(["x1", "y1"], Ready());
        Assert.Equal(["y1"], _schedule.Ready(_now, active: true, ["x1"]).Select(delivery => delivery.Id));

        Refuse("x1");
        Accept("y1");
        Accept("x1");
        Assert.Equal(["x2"], Ready());
    }

    [Fact]
    public void An_opening_that_is_over_is_not_sent_and_its_end_is()
    {
        Offer("x", 1, ChangeKind.Opened);
        Refuse("x1");
        Offer("x", 2, ChangeKind.Resolved);
        Assert.Equal(DeliveryState.Overtaken, Find("x1").State);
        Assert.Equal(["x2"], Ready());
    }

    [Fact]
    public void An_opening_overtaken_on_its_way_is_delivered_if_it_is_accepted_and_its_end_waits_for_the_answer()
    {
        Offer("x", 1, ChangeKind.Opened);
        Offer("x", 2, ChangeKind.Resolved);
        Assert.Empty(_schedule.Ready(_now, active: true, ["x1"]));
        Accept("x1");
        Assert.Equal(DeliveryState.Delivered, Find("x1").State);
        Assert.Equal(["x2"], Ready());
    }

    [Fact]
    public void An_answer_with_2xx_makes_what_waits_and_what_was_given_up_due_at_once()
    {
        Offer("x", 1, ChangeKind.Opened);
        Offer("y", 1, ChangeKind.Opened);
        Refuse("x1", times: 3);
        Refuse("y1", times: 10);
        Assert.Equal(DeliveryState.Dead, Find("y1").State);
        Assert.Empty(Ready());

        Offer("z", 1, ChangeKind.Opened);
        Accept("z1");
        Assert.Equal(["x1", "y1"], Ready());
    }

    [Fact]
    public void A_message_that_alone_is_refused_follows_its_schedule_however_much_else_is_accepted()
    {
        Offer("x", 1, ChangeKind.Opened);
        Refuse("x1");
        var attempts = 1;
        for (var i = 0; i < 100; i++)
        {
            Offer($"other{i}", 1, ChangeKind.Opened);
            Accept($"other{i}1");
            if (!Ready().Contains("x1")) continue;
            Refuse("x1");
            attempts++;
        }

        Assert.Equal(1 + DeliverySchedule<Outgoing>.UncountedAtMost, attempts);
        Assert.Equal(DeliveryState.Waiting, Find("x1").State);
    }

    [Fact]
    public void An_end_that_is_owed_is_tried_whenever_something_is_accepted_however_often_it_was_refused()
    {
        Offer("x", 1, ChangeKind.Opened);
        Accept("x1");
        Offer("x", 2, ChangeKind.Resolved);
        for (var i = 0; i < 100; i++)
        {
            Refuse("x2");
            Offer($"other{i}", 1, ChangeKind.Opened);
            Accept($"other{i}1");
            Assert.Contains("x2", Ready());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(4000)]
    public void A_receiver_that_asks_for_a_pause_is_sent_nothing_for_exactly_that_long(int seconds)
    {
        Offer("x", 1, ChangeKind.Opened);
        Refuse("x1");
        Refuse("x1", TimeSpan.FromSeconds(seconds));
        Offer("y", 1, ChangeKind.Opened);
        Assert.Empty(Ready());
        Assert.Equal(_now.AddSeconds(seconds), _schedule.NextAt(active: true, []));

        _now += TimeSpan.FromSeconds(seconds);
        Assert.Equal(["x1", "y1"], Ready());
    }

    [Fact]
    public void What_is_accepted_beside_it_does_not_end_a_pause()
    {
        Offer("x", 1, ChangeKind.Opened);
        Offer("y", 1, ChangeKind.Opened);
        Refuse("x1", TimeSpan.FromMinutes(1));
        Accept("y1");
        Assert.Empty(Ready());
        Assert.Equal(_now.AddMinutes(1), _schedule.NextAt(active: true, []));
    }

    [Fact]
    public void A_ping_and_a_retry_by_hand_do_not_wait_for_a_pause()
    {
        Offer("x", 1, ChangeKind.Opened);
        Refuse("x1", TimeSpan.FromHours(1));
        _schedule.Add(new("ping", [], DeliveryState.Waiting, _now));
        Assert.Equal(["ping"], Ready());
        _schedule.Retry("x1", _now);
        Assert.Equal(["x1", "ping"], Ready());
    }

    [Fact]
    public void A_pause_that_is_asked_for_again_and_again_ends_in_giving_up()
    {
        Offer("x", 1, ChangeKind.Opened);
        var attempts = 0;
        for (; Find("x1").State == DeliveryState.Waiting; attempts++) Refuse("x1", TimeSpan.FromSeconds(1));
        Assert.Equal(DeliverySchedule<Outgoing>.UncountedAtMost + 10, attempts);
    }

    [Fact]
    public void A_retry_by_hand_sends_first_what_has_to_come_before()
    {
        Offer("x", 1, ChangeKind.Opened);
        Refuse("x1", times: 3);
        Offer("x", 2, ChangeKind.Spread);
        _schedule.Retry("x2", _now);
        Assert.Equal(["x1"], Ready());
    }

    [Fact]
    public void What_was_given_up_is_overtaken_when_something_later_is_accepted()
    {
        Offer("x", 1, ChangeKind.Opened);
        Refuse("x1", times: 10);
        Offer("x", 2, ChangeKind.Spread);
        Accept("x2");
        Assert.Equal(DeliveryState.Overtaken, Find("x1").State);
    }

    [Fact]
    public void A_group_of_which_a_part_is_overtaken_is_taken_back()
    {
        _schedule.Add(new("group", [Change("x", 1, ChangeKind.Opened), Change("y", 1, ChangeKind.Opened)], DeliveryState.Waiting, _now));
        Assert.Equal(["group"], _schedule.Overtake(Change("y", 2, ChangeKind.Resolved)).Select(group => group.Id));
        Assert.Equal(DeliveryState.Overtaken, Find("group").State);
    }

    [Fact]
    public void Whoever_accepted_three_hundred_openings_is_told_all_ends_after_being_away()
    {
        for (var i = 0; i < 300; i++)
        {
            Offer($"s{i}-", 1, ChangeKind.Opened);
            Accept($"s{i}-1");
        }

        for (var i = 0; i < 300; i++)
        {
            Offer($"s{i}-", 2, ChangeKind.Resolved);
            Offer($"new{i}-", 1, ChangeKind.Opened);
        }

        Assert.InRange(_state.Deliveries.Count(delivery => delivery.State == DeliveryState.Waiting), 1, DeliverySchedule<Outgoing>.WaitingAtMost);
        HashSet<string> told = [];
        while (Ready() is [var next, ..])
        {
            told.Add(next);
            Accept(next);
        }

        Assert.All(Enumerable.Range(0, 300), i => Assert.Contains($"s{i}-2", told));
    }

    private static NotifiedChange Change(string incident, int sequence, ChangeKind kind) => new(incident, sequence, kind, ["US"]);

    private void Offer(string incident, int sequence, ChangeKind kind)
    {
        var change = Change(incident, sequence, kind);
        _schedule.Overtake(change);
        _schedule.Add(new($"{incident}{sequence}", [change], DeliveryState.Waiting, _now));
    }

    private void Accept(string id) => _schedule.Accepted(id, _now);

    private void Refuse(string id, int times = 1)
    {
        for (var i = 0; i < times; i++) Refuse(id, asked: null);
    }

    private void Refuse(string id, TimeSpan? asked)
    {
        var place = _state.Deliveries.FindIndex(delivery => delivery.Id == id);
        _state.Deliveries[place] = _state.Deliveries[place] with { Failed = _state.Deliveries[place].Failed + 1 };
        _schedule.Failed(id, _now, jitter: 0.5, asked);
    }

    private string[] Ready() => [.. _schedule.Ready(_now, active: true, []).Select(delivery => delivery.Id)];

    private Outgoing Find(string id) => _state.Deliveries.Single(delivery => delivery.Id == id);
}
