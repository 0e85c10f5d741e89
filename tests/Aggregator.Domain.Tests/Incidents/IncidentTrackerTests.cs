namespace Aggregator.Domain.Tests;

public class IncidentTrackerTests
{
    private static readonly DateTimeOffset Start = new(2025, 3, 10, 13, 31, 10, TimeSpan.Zero);
    private static readonly RegionCode Us = RegionCode.Parse("US");
    private static readonly RegionCode Gb = RegionCode.Parse("GB");
    private readonly IncidentTracker _tracker = new(ServiceKey.Parse("x"), new());

    [Fact]
    public void A_spike_must_hold_before_it_opens_an_incident_named_by_service_and_second()
    {
        Assert.Equal(IncidentReason.NotHeldYet, Hear(Us, Level.Spike, 0).Reason);
        Assert.Equal(IncidentReason.NotHeldYet, Hear(Us, Level.Spike, 9).Reason);

        var decision = Hear(Us, Level.Spike, 10);
        Assert.Equal(IncidentReason.Opened, decision.Reason);
        Assert.Equal("x-20250310-133120", decision.Incident!.Id);
        Assert.Equal((1, ChangeKind.Opened, Start.AddSeconds(10), Us), (decision.Change!.Sequence, decision.Change.Kind, decision.Change.At, decision.Change.Region));
        Assert.Equal([Us], decision.Change.Regions);
        Assert.Same(decision.Incident, _tracker.Open);
    }

    [Fact]
    public void A_spike_that_ends_before_it_held_opens_nothing()
    {
        Hear(Us, Level.Spike, 0);
        Hear(Us, Level.Normal, 5);
        Assert.Equal(IncidentReason.NotHeldYet, Hear(Us, Level.Spike, 10).Reason);
        Assert.Equal(IncidentReason.Quiet, Hear(Us, Level.Elevated, 19).Reason);
    }

    [Fact]
    public void Passing_time_alone_opens_for_a_spike_that_held()
    {
        Hear(Us, Level.Spike, 0);
        Assert.Equal(IncidentReason.Opened, Tick(10).Reason);
    }

    [Fact]
    public void Regions_spread_recede_and_the_rest_resolves()
    {
        Open(Us);
        Hear(Gb, Level.Spike, 20);
        Assert.Equal(ChangeKind.Spread, Hear(Gb, Level.Spike, 30).Change!.Kind);
        Assert.Equal(ChangeKind.Receded, Hear(Us, Level.Normal, 40).Change!.Kind);
        Assert.Equal(IncidentReason.CalmNotHeldYet, Hear(Gb, Level.Normal, 50).Reason);
        Assert.Equal(IncidentReason.CalmNotHeldYet, Tick(229).Reason);

        var decision = Tick(230);
        Assert.Equal(IncidentReason.Resolved, decision.Reason);
        Assert.Equal(Start.AddSeconds(230), decision.Incident!.ResolvedAt);
        Assert.Equal([1, 2, 3, 4], decision.Incident.Changes.Select(c => c.Sequence));
        Assert.Null(_tracker.Open);
        Assert.Equal(IncidentReason.Quiet, Tick(231).Reason);
    }

    [Fact]
    public void An_end_that_is_a_new_usual_is_told_as_such()
    {
        Open(Us);
        Hear(Gb, Level.Spike, 20);
        Hear(Gb, Level.Spike, 30);
        Hear(Gb, Level.Normal, 40);
        _tracker.Hear(Us, new Verdict(Level.Normal, VerdictReason.BecameUsual, 90, 80, TimeSpan.FromMinutes(15), 0, Start), Start.AddSeconds(50));

        var decision = Tick(230);
        Assert.Equal((IncidentReason.BecameUsual, ChangeKind.Resolved, Us), (decision.Reason, decision.Change!.Kind, decision.Change.Region));
        Assert.Equal(VerdictReason.BecameUsual, decision.Change.Verdict.Reason);
    }

    [Fact]
    public void The_sum_of_all_opens_and_holds_but_neither_spreads_nor_recedes_nor_lets_the_last_region_recede()
    {
        Open(RegionCode.All);
        Assert.Empty(_tracker.Open!.Regions);
        Hear(Us, Level.Spike, 20);
        Assert.Equal(ChangeKind.Spread, Hear(Us, Level.Spike, 30).Change!.Kind);
        Assert.Null(Hear(Us, Level.Normal, 40).Change);
        Assert.Equal(IncidentReason.GoesOn, Tick(900).Reason);
        Assert.Null(Hear(RegionCode.All, Level.Normal, 901).Change);
        Assert.Equal(IncidentReason.Resolved, Tick(1081).Reason);
    }

    [Fact]
    public void An_incident_is_never_resolved_blind()
    {
        Open(Us);
        Assert.Equal(IncidentReason.Blind, Hear(Us, Level.Unknown, 20).Reason);
        Assert.Equal(IncidentReason.Blind, Tick(4000).Reason);
        Assert.Equal(Start.AddSeconds(20), _tracker.Open!.BlindSince);
        Assert.Equal(IncidentReason.CalmNotHeldYet, Hear(Us, Level.Normal, 4010).Reason);
        Assert.Null(_tracker.Open.BlindSince);
        Assert.Equal(IncidentReason.Resolved, Tick(4190).Reason);
    }

    [Fact]
    public void The_sum_of_all_waits_for_a_region_that_is_about_to_hold()
    {
        Hear(RegionCode.All, Level.Spike, 0);
        Hear(Us, Level.Spike, 2);
        Assert.Equal(IncidentReason.NotHeldYet, Hear(RegionCode.All, Level.Spike, 10).Reason);
        Assert.Equal(Us, Hear(Us, Level.Spike, 12).Change!.Region);
    }

    [Fact]
    public void Regions_that_join_within_seconds_join_in_one_change()
    {
        Open(Us);
        foreach (var region in new[] { "DE", "FR", "GB" }) Hear(RegionCode.Parse(region), Level.Spike, 11);
        Assert.Null(Hear(Gb, Level.Spike, 19).Change);

        var change = Hear(Gb, Level.Spike, 21).Change!;
        Assert.Equal(ChangeKind.Spread, change.Kind);
        Assert.Equal(["DE", "FR", "GB"], change.Regions.Select(region => region.Value));
    }

    [Fact]
    public void A_region_that_is_elevated_after_its_spike_has_receded_and_says_so()
    {
        Open(Us);
        Hear(Gb, Level.Spike, 20);
        Hear(Gb, Level.Spike, 30);
        var change = Hear(Us, Level.Elevated, 40).Change!;
        Assert.Equal((ChangeKind.Receded, Level.Elevated), (change.Kind, change.Verdict.Level));
        Assert.Equal(Level.Elevated, _tracker.Open!.Regions.Single(part => part.Region == Us).Level);
    }

    [Fact]
    public void A_wave_within_half_an_hour_is_the_same_incident_and_a_later_one_is_not()
    {
        var first = Open(Us).Incident!.Id;
        Hear(Us, Level.Normal, 20);
        Assert.Equal(IncidentReason.Resolved, Tick(200).Reason);
        Hear(Gb, Level.Spike, 1900);

        var again = Hear(Gb, Level.Spike, 1910);
        Assert.Equal(IncidentReason.Reopened, again.Reason);
        Assert.Equal((first, 2, null), (again.Incident!.Id, again.Incident.Waves, again.Incident.ResolvedAt));
        Assert.Equal([true, false], again.Incident.Regions.Select(part => part.Receded));

        Hear(Gb, Level.Normal, 2000);
        Assert.Equal(IncidentReason.Resolved, Tick(2360).Reason);
        Hear(Us, Level.Spike, 4200);
        var other = Hear(Us, Level.Spike, 4210);
        Assert.Equal(IncidentReason.Opened, other.Reason);
        Assert.NotEqual(first, other.Incident!.Id);
    }

    [Fact]
    public void Each_wave_doubles_how_long_calm_must_hold()
    {
        Open(Us);
        var (at, holds) = (20, new List<int>());
        for (var wave = 1; wave <= 6; wave++)
        {
            Hear(Us, Level.Normal, at);
            var calm = at;
            while (Tick(at).Reason != IncidentReason.Resolved) at += 10;
            holds.Add(at - calm);
            Hear(Us, Level.Spike, at + 10);
            Assert.Equal(IncidentReason.Reopened, Hear(Us, Level.Spike, at + 20).Reason);
            at += 30;
        }

        Assert.Equal([180, 360, 720, 1440, 1800, 1800], holds);
    }

    [Fact]
    public void What_was_resolved_is_opened_again_after_a_restart_too()
    {
        Open(Us);
        Hear(Us, Level.Normal, 20);
        var resolved = Tick(200).Incident!;
        var tracker = new IncidentTracker(ServiceKey.Parse("x"), new());
        tracker.Restore(resolved);

        tracker.Hear(Us, Say(Level.Spike), Start.AddSeconds(300));
        Assert.Equal(resolved.Id, tracker.Hear(Us, Say(Level.Spike), Start.AddSeconds(310)).Incident!.Id);
    }

    [Fact]
    public void After_a_restart_the_regions_are_out_of_sight_until_they_are_heard_again()
    {
        Open(Us);
        var tracker = new IncidentTracker(ServiceKey.Parse("x"), new());
        tracker.Restore(_tracker.Open);

        Assert.Equal(IncidentReason.Blind, tracker.Tick(Start.AddHours(1)).Reason);
        Assert.Equal(IncidentReason.GoesOn, tracker.Hear(Us, Say(Level.Spike), Start.AddHours(1)).Reason);
        tracker.Hear(Us, Say(Level.Normal), Start.AddHours(2));
        Assert.Equal(2, tracker.Tick(Start.AddHours(3)).Change!.Sequence);
    }

    [Fact]
    public void The_peak_is_the_moment_of_the_most_unusual_reports_per_second()
    {
        Open(Us);
        _tracker.Hear(Us, Say(Level.Spike) with { Observed = 5000 }, Start.AddSeconds(20), networks: 70);
        Hear(Us, Say(Level.Spike) with { Observed = 9000, Window = TimeSpan.FromHours(1) }, 30);

        Assert.Equal(new(Start.AddSeconds(20), Us, Say(Level.Spike) with { Observed = 5000 }, Networks: 70), _tracker.Open!.Peak);
        Assert.Equal(_tracker.Open.Peak, _tracker.Open.Regions.Single().Peak);
    }

    [Fact]
    public void An_incident_remembers_from_how_many_networks_it_was_opened()
    {
        _tracker.Hear(Us, Say(Level.Spike), Start, networks: 5);
        _tracker.Hear(Us, Say(Level.Spike), Start.AddSeconds(10), networks: 7);
        Assert.Equal(7, _tracker.Open!.OpeningNetworks);
    }

    [Fact]
    public void The_story_keeps_its_last_two_hundred_steps()
    {
        Open(Us);
        for (var i = 1; i <= 150; i++)
        {
            Hear(Gb, Level.Spike, i * 100);
            Hear(Gb, Level.Spike, i * 100 + 10);
            Hear(Gb, Level.Normal, i * 100 + 20);
        }

        Assert.Equal(200, _tracker.Open!.Changes.Length);
        Assert.Equal(301, _tracker.Open.Changes[^1].Sequence);
    }

    private static Verdict Say(Level level) =>
        new(level, VerdictReason.FarAboveUsual, level is Level.Spike ? 100 : 10, 10, TimeSpan.FromMinutes(1), 9, Start);

    private IncidentDecision Open(RegionCode region)
    {
        Hear(region, Level.Spike, 0);
        var decision = Hear(region, Level.Spike, 10);
        Assert.Equal(IncidentReason.Opened, decision.Reason);
        return decision;
    }

    private IncidentDecision Hear(RegionCode region, Level level, int second) => Hear(region, Say(level), second);

    private IncidentDecision Hear(RegionCode region, Verdict verdict, int second) => _tracker.Hear(region, verdict, Start.AddSeconds(second));

    private IncidentDecision Tick(int second) => _tracker.Tick(Start.AddSeconds(second));
}
