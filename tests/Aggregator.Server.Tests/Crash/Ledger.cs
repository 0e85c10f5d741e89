using System.Globalization;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>What the senders know of their reports: sent = acknowledged + refused + unknown, by service, region and outcome.</summary>
/// <remarks>
/// Of each outcome the store must hold no less than was acknowledged, and no more than that and what is unknown.
/// A report is unknown when it was sent and no answer was heard, or the answer was that the store did not answer.
/// Senders that try until they hear leave nothing unknown that could have been counted, so there the two bounds are one.
/// </remarks>
internal sealed class Ledger
{
    /// <summary>Those who report here try again until they are heard.</summary>
    public static readonly string[] Services = ["crash-a", "crash-b", "crash-c"];

    /// <summary>Those who report here never try again.</summary>
    public const string ServiceOfOneTry = "crash-once";

    public static readonly string[] Regions = ["US", "GB", "IN", "FR", "CA", "JP", "BR"];

    private static readonly ReportOutcome[] Outcomes = Enum.GetValues<ReportOutcome>();

    private readonly Counts _acknowledged = new();
    private readonly Counts _perhaps = new();
    private long _sent, _refused, _unknown;

    public void Sent(long reports = 1) => Interlocked.Add(ref _sent, reports);

    /// <summary>They are not in the store, for certain.</summary>
    public void Refused(long reports = 1) => Interlocked.Add(ref _refused, reports);

    public void Acknowledged(string service, string region, ReportOutcome outcome) => _acknowledged.Add(service, region, outcome);

    public void Acknowledged(Counts reports) => _acknowledged.Add(reports);

    /// <summary>So many tries of a report were not heard of.</summary>
    /// <param name="perhaps">What may have become of each.</param>
    public void Unknown(string service, string region, long tries, params ReadOnlySpan<ReportOutcome> perhaps)
    {
        if (tries == 0) return;
        Interlocked.Add(ref _unknown, tries);
        foreach (var outcome in perhaps) _perhaps.Add(service, region, outcome, tries);
    }

    /// <summary>What would have become of these reports; whether it did is not known.</summary>
    public void Unknown(Counts reports)
    {
        Interlocked.Add(ref _unknown, Outcomes.Sum(reports.Total));
        _perhaps.Add(reports);
    }

    /// <summary>How many of a service were acknowledged as counted.</summary>
    public long Counted(string service) => _acknowledged[new(service, RegionCode.All.Value, ReportOutcome.Counted)];

    /// <summary>Every report that was sent is accounted for.</summary>
    public void Balances() => Assert.Equal(_sent, Outcomes.Sum(_acknowledged.Total) + _refused + _unknown);

    /// <summary>What is not as it must be; null where all is.</summary>
    public string? Wrong(Counts held, params ReportOutcome[] outcomes)
    {
        var wrong = Counts.Cells(outcomes).Where(cell => held[cell] < _acknowledged[cell] || held[cell] > _acknowledged[cell] + _perhaps[cell])
            .Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell}: {held[cell]}, not {_acknowledged[cell]} to {_acknowledged[cell] + _perhaps[cell]}")).ToList();
        return wrong.Count == 0 ? null : string.Join("; ", wrong);
    }

    /// <inheritdoc cref="Wrong(Counts, ReportOutcome[])"/>
    public string? Wrong(Counts held) => Wrong(held, Outcomes) ?? (TooMany(held) is { } many ? $"{many} more than were acknowledged or are unknown" : null);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{_sent} sent = {_acknowledged.Total(ReportOutcome.Counted)} counted + {_acknowledged.Total(ReportOutcome.Duplicate)} duplicate + {_acknowledged.Total(ReportOutcome.Quarantined)} quarantined + {_refused} refused + {_unknown} unknown");

    // A try that is unknown may have met any of several outcomes, but only one of them.
    private long? TooMany(Counts held) =>
        Outcomes.Sum(outcome => held.Total(outcome) - _acknowledged.Total(outcome)) - _unknown is > 0 and var more ? more : null;
}
