using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Aggregator.Server.Tests;

/// <summary>State as the first version of the server wrote it, byte for byte: it is still read.</summary>
public class EarlierStateTests
{
    private const string FirstState =
        "ICDoQCN4LTIwMjYwMTA1LTEyMDAwMEEDeCGAAODT81FM3giBAAAAAAAAAADgwQEh6AgDDQkDDYEAAAAAAABeQIEAAAAAAAAMQIEAXtCyAAAAAIEAAAAAAABFQCGAAODT81FM3giBAAAAAAAA"
        + "AADg4EEFVVMh6CCAAODT81FM3giBAAAAAAAAAADggQAAAAAAAF5AgQAAAAAAAAxA4CEgAAMh6MAnCQMNIYAA4NPzUUzeCIEAAAAAAAAAAOAh6CCAAODT81FM3giBAAAAAAAAAADggQAAAAAAgFtA"
        + "gQAAAAAAAApA4ODg4CEgAAMh6AAFCQMBIYAA4NPzUUzeCIEAAAAAAAAAAODBJ8ET4ODgwQEhIAEDQQdhcHAAIgPgwQHg4AEB4A==";

    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_incident_without_evidence_is_restored_and_told()
    {
        using var provider = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var state = provider.GetRequiredService<Serializer>().Deserialize<ServiceState>(Convert.FromBase64String(FirstState))!;

        var incident = state.Incident!.ToDomain();
        Assert.Equal((Noon, RegionCode.Parse("US"), 0), (incident.OpenedAt, incident.OpenedBy, incident.OpeningNetworks));
        Assert.Equal((120, 3.5), (incident.Peak.Verdict.Observed, incident.Peak.Verdict.Expected));
        Assert.Equal((RegionCode.Parse("US"), 110), (incident.Regions.Single().Peak.Region, incident.Regions.Single().Peak.Verdict.Observed));
        Assert.Equal((42, 0, null), (incident.Opening.Score, incident.Opening.Overdispersion, incident.Opening.Onset));

        var told = IncidentAnswers.From(state.Incident);
        Assert.Equal((Noon, "5m"), (told.Evidence.Onset, told.Evidence.Window));
        Assert.Equal(("120 reports where 3.5 are usual.", null, null), (told.Peak.Sentence, told.Peak.Usual, told.Peak.Window));
    }

    [Fact]
    public void What_is_saved_now_is_read_as_it_was()
    {
        using var provider = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = provider.GetRequiredService<Serializer>();
        var tracker = new IncidentTracker(ServiceKey.Parse("x"), new());
        var verdict = new Verdict(Level.Spike, VerdictReason.FarAboveUsual, 120, 3.5, TimeSpan.FromMinutes(5), 42, Noon, 0.06, Noon.AddMinutes(-2));
        tracker.Hear(RegionCode.Parse("US"), verdict, Noon, networks: 90);
        tracker.Hear(RegionCode.Parse("US"), verdict, Noon.AddSeconds(10), networks: 90);

        var document = IncidentDocument.From(tracker.Open!, new(ImmutableDictionary<string, long>.Empty, 0, 0));
        var read = serializer.Deserialize<IncidentDocument>(serializer.SerializeToArray(document))!.ToDomain();

        Assert.Equal(tracker.Open! with { Regions = [], Changes = [], Notes = [] }, read with { Regions = [], Changes = [], Notes = [] });
        Assert.Equal(tracker.Open.Regions, read.Regions);
        Assert.Equal(tracker.Open.Changes.Select(change => change with { Regions = [] }), read.Changes.Select(change => change with { Regions = [] }));
        Assert.Equal(tracker.Open.Changes.SelectMany(change => change.Regions), read.Changes.SelectMany(change => change.Regions));
    }
}
