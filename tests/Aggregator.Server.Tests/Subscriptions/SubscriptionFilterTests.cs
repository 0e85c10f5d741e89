using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

public sealed class SubscriptionFilterTests
{
    private static readonly SubscriptionFilter Everything = new([], [], [], Level.Normal);

    [Theory]
    [InlineData("x", true)]
    [InlineData("y", false)]
    public void A_service_that_is_not_named_does_not_pass(string service, bool passes) =>
        Assert.Equal(passes, (Everything with { Services = [service] }).Passes(Incidents.Of("x", "US"), Incidents.Change(1, ChangeKind.Opened, "US")));

    [Theory]
    [InlineData(ChangeKind.Opened, "US", true)]
    [InlineData(ChangeKind.Spread, "GB", false)]
    [InlineData(ChangeKind.Spread, "DE,US", true)]
    public void A_change_passes_where_it_is_about_a_region_that_is_named(ChangeKind kind, string regions, bool passes) =>
        Assert.Equal(passes, (Everything with { Regions = ["US"] }).Passes(Incidents.Of("x", "US"), Incidents.Change(1, kind, regions.Split(','))));

    [Fact]
    public void Whoever_heard_of_a_region_hears_that_it_is_over()
    {
        var over = Incidents.Change(3, ChangeKind.Resolved);
        Assert.True((Everything with { Regions = ["US"] }).Passes(Incidents.Of("x", "US", "GB"), over));
        Assert.False((Everything with { Regions = ["FR"] }).Passes(Incidents.Of("x", "US", "GB"), over));
    }

    [Fact]
    public void What_shows_only_in_the_sum_of_all_passes_for_ALL()
    {
        var opened = Incidents.Change(1, ChangeKind.Opened);
        Assert.True((Everything with { Regions = ["ALL"] }).Passes(Incidents.Of("x"), opened));
        Assert.False((Everything with { Regions = ["US"] }).Passes(Incidents.Of("x"), opened));
    }

    [Fact]
    public void Whoever_heard_that_another_wave_shows_in_the_sum_of_all_hears_its_end()
    {
        var incident = Incidents.Of("x", "US");
        var (again, over) = (Incidents.Change(3, ChangeKind.Reopened), Incidents.Change(4, ChangeKind.Resolved));
        incident = incident with { Changes = [.. incident.Changes, Incidents.Change(2, ChangeKind.Resolved), again, over] };
        Assert.True((Everything with { Regions = ["ALL"] }).Passes(incident, again));
        Assert.True((Everything with { Regions = ["ALL"] }).Passes(incident, over));
    }

    [Fact]
    public void An_end_concerns_who_was_told_of_the_opening_though_it_wants_to_hear_of_no_ends()
    {
        var incident = Incidents.Of("x", "US");
        var openings = Everything with { Events = [ChangeKind.Opened] };
        Assert.False(openings.Passes(incident, Incidents.Change(2, ChangeKind.Resolved)));
        Assert.True(openings.Concerns(incident, Incidents.Change(2, ChangeKind.Resolved)));
        Assert.False((openings with { Services = ["y"] }).Concerns(incident, Incidents.Change(2, ChangeKind.Resolved)));
    }

    [Theory]
    [InlineData(Level.Spike, ChangeKind.Receded, Level.Elevated, false)]
    [InlineData(Level.Elevated, ChangeKind.Receded, Level.Elevated, true)]
    [InlineData(Level.Elevated, ChangeKind.Receded, Level.Normal, false)]
    [InlineData(Level.Spike, ChangeKind.Resolved, Level.Normal, true)]
    [InlineData(Level.Spike, ChangeKind.Noted, Level.Normal, true)]
    public void The_least_level_holds_for_all_but_ends_and_notes(Level least, ChangeKind kind, Level level, bool passes) =>
        Assert.Equal(passes, (Everything with { MinLevel = least }).Passes(Incidents.Of("x", "US"), Incidents.Change(2, kind, "US") with { Verdict = Incidents.Verdict(level) }));

    [Fact]
    public void Only_the_kinds_that_are_named_pass()
    {
        var filter = Everything with { Events = [ChangeKind.Opened, ChangeKind.Resolved] };
        Assert.Equal([ChangeKind.Opened, ChangeKind.Resolved],
            Enum.GetValues<ChangeKind>().Where(kind => filter.Passes(Incidents.Of("x", "US"), Incidents.Change(1, kind, "US"))).Order());
    }
}

/// <summary>Incidents as the archive has them.</summary>
internal static class Incidents
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static VerdictDocument Verdict(Level level = Level.Spike) => new(level, VerdictReason.FarAboveUsual, 120, 3.5, TimeSpan.FromMinutes(5), 42, Noon, 0.06, Noon.AddMinutes(-2));

    public static IncidentChangeDocument Change(int sequence, ChangeKind kind, params string[] regions) =>
        new(sequence, kind, Noon.AddMinutes(sequence), regions is [var first, ..] ? first : "ALL", Verdict(), [.. regions]);

    public static IncidentDocument Of(string service, params string[] regions) => Of(service, Noon, regions);

    public static IncidentDocument Of(string service, DateTimeOffset at, params string[] regions) => new()
    {
        Id = $"{service}-{at.UtcDateTime:yyyyMMdd-HHmmss}",
        Service = service,
        OpenedAt = at,
        Opening = Verdict(),
        OpenedBy = regions is [var first, ..] ? first : "ALL",
        Peak = new(at, 120, 3.5, regions is [var peak, ..] ? peak : "ALL", Verdict(), 90),
        Regions = [.. regions.Select(region => new IncidentRegionDocument(region, Level.Spike, at, new(at, 120, 3.5, region, Verdict(), 90)))],
        Changes = [Change(1, ChangeKind.Opened, regions) with { At = at }],
        Symptoms = ImmutableDictionary<string, long>.Empty.Add("app", 100),
    };
}
