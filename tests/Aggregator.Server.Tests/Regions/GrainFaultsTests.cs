using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.Extensions.Time.Testing;

namespace Aggregator.Server.Tests;

public sealed class GrainFaultsTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly HeardLog<GrainFaults> _log = new();

    [Fact]
    public void A_store_that_is_away_is_said_once_for_all_regions_and_then_every_half_minute()
    {
        using var faults = new GrainFaults(_clock, _log);
        for (var bucket = 0; bucket < 6; bucket++)
        {
            for (var region = 0; region < 1000; region++) faults.NotClosed(new(ServiceKey.Parse("x"), RegionCode.Parse($"R-{region}")), new TimeoutException("No answer."));
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(
            [
                "Buckets that could not be closed: 1000, the last one of x|R-999; the next close tries again",
                "Buckets that could not be closed: 3000, the last one of x|R-999; the next close tries again",
            ],
            _log.Lines);
    }

    [Fact]
    public void After_half_a_minute_without_any_the_next_is_said_at_once_again()
    {
        using var faults = new GrainFaults(_clock, _log);
        var series = new SeriesKey(ServiceKey.Parse("x"), RegionCode.Parse("US"));
        faults.NotSaved(series, new TimeoutException());
        for (var second = 0; second < 40; second++) _clock.Advance(TimeSpan.FromSeconds(1));
        faults.NotSaved(series, new TimeoutException());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, _log.Lines.Count(line => line == "Baselines that could not be saved: 1, the last one of x|US; it is tried again in a minute"));
    }
}
