using System.Diagnostics.Metrics;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>How an attempt to deliver ended.</summary>
public enum AttemptOutcome
{
    /// <summary>Answered with 2xx.</summary>
    Delivered,

    /// <summary>Answered with another status.</summary>
    Refused,

    /// <summary>Answered 410: nobody wants it any more.</summary>
    Gone,

    /// <summary>Not answered in time, not reached, or not to be asked.</summary>
    NoAnswer,
}

/// <summary>What the grains count about themselves: one method per fact. The description of each is its row in the ledger.</summary>
public sealed class GrainTelemetry
{
    private readonly Counter<long> _judged, _blind, _changed, _ended;
    private readonly Histogram<double> _judgementLateness, _deliveryDuration, _deliveryLateness;
    private readonly UpDownCounter<long> _awake, _waiting;

    public GrainTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Tracing.Name);
        _judged = meter.CreateCounter<long>("aggregator.buckets.judged", "{bucket}", "Buckets of a region that were closed and judged, by what was said of the region then.");
        _blind = meter.CreateCounter<long>("aggregator.buckets.blind", "{bucket}", "Buckets of a region that could not be judged: nobody could report (`Gap`), or the store could not be asked (`Blind`).");
        _judgementLateness = meter.CreateHistogram("aggregator.judgement.lateness", "s", "From the end of a bucket to its verdict. Regions wait 0.2 to 0.5 s on purpose.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10, 20, 60] });
        _awake = meter.CreateUpDownCounter<long>("aggregator.regions.awake", "{region}", "Regions of a service that this silo has in memory.");
        _changed = meter.CreateCounter<long>("aggregator.incidents.changed", "{change}", "Changes of incidents that were decided and saved.");
        _ended = meter.CreateCounter<long>("aggregator.deliveries.ended", "{delivery}", "Messages that are no longer tried: answered with 2xx, given up, or overtaken by a later change of the incident.");
        _waiting = meter.CreateUpDownCounter<long>("aggregator.deliveries.waiting", "{delivery}", "Messages that wait for their first or next attempt, of the subscriptions on this silo.");
        _deliveryDuration = meter.CreateHistogram("aggregator.delivery.duration", "s", "How long an attempt to deliver took, by how it ended.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20] });
        _deliveryLateness = meter.CreateHistogram("aggregator.delivery.lateness", "s", "From a change, or from the end of a storm's interval, to the 2xx of who was told it.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400] });
    }

    /// <summary>Shows every counter at 0 for each of its words.</summary>
    public void ShowAll()
    {
        foreach (var level in Enum.GetValues<Level>())
        {
            foreach (var reason in Enum.GetValues<VerdictReason>()) _judged.Add(0, new("level", level.ToString()), new("reason", reason.ToString()));
        }

        foreach (var sight in Enum.GetValues<Sight>().Except([Sight.Open])) _blind.Add(0, new KeyValuePair<string, object?>("sight", sight.ToString()));
        foreach (var kind in Enum.GetValues<ChangeKind>()) _changed.Add(0, new KeyValuePair<string, object?>("kind", kind.ToString()));
        foreach (var state in Enum.GetValues<DeliveryState>().Except([DeliveryState.Waiting])) _ended.Add(0, new KeyValuePair<string, object?>("outcome", state.ToString()));
        Awake(0);
        Waiting(0);
    }

    /// <param name="late">Since the end of the bucket.</param>
    public void Judged(Level level, VerdictReason reason, TimeSpan late)
    {
        _judged.Add(1, new("level", level.ToString()), new("reason", reason.ToString()));
        _judgementLateness.Record(late.TotalSeconds);
    }

    public void Blind(Sight sight) => _blind.Add(1, new KeyValuePair<string, object?>("sight", sight.ToString()));

    public void Awake(int more) => _awake.Add(more);

    public void Changed(ChangeKind kind) => _changed.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));

    public void Attempted(AttemptOutcome outcome, TimeSpan took) => _deliveryDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    /// <param name="late">Since what it tells of happened.</param>
    public void Delivered(TimeSpan late)
    {
        _ended.Add(1, new KeyValuePair<string, object?>("outcome", nameof(DeliveryState.Delivered)));
        _deliveryLateness.Record(late.TotalSeconds);
    }

    public void GivenUp() => _ended.Add(1, new KeyValuePair<string, object?>("outcome", nameof(DeliveryState.Dead)));

    public void Overtaken(int messages)
    {
        if (messages > 0) _ended.Add(messages, new KeyValuePair<string, object?>("outcome", nameof(DeliveryState.Overtaken)));
    }

    public void Waiting(int more) => _waiting.Add(more);
}
