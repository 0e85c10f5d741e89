using System.Diagnostics.Metrics;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>What the intake counts about itself: one method per fact. The description of each is its row in the ledger.</summary>
internal sealed class Telemetry
{
    public const string ReceivedName = "aggregator.reports.received";
    public const string LimitedName = "aggregator.reports.limited";
    public const string RefusedName = "aggregator.reports.refused";
    public const string HiddenName = "aggregator.clients.hidden";

    private static readonly string[] Outcomes = ["counted", "duplicate", "quarantined"], Limits = ["reporter", "network"];

    private readonly Counter<long> _received, _limited, _refused, _hidden;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<long> _commitSize;

    public Telemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Tracing.Name);
        _received = meter.CreateCounter<long>(ReceivedName, "{report}", "Reports appended to the store, by what became of them.");
        _limited = meter.CreateCounter<long>(LimitedName, "{report}", "Reports answered 429, by whose limit it was.");
        _refused = meter.CreateCounter<long>(RefusedName, "{report}", "Reports answered 503, by what had no room or did not answer.");
        _hidden = meter.CreateCounter<long>(HiddenName, "{request}", "Requests whose client is hidden by a proxy, by why: see `ForwardedHeaders:KnownNetworks`.");
        _commitDuration = meter.CreateHistogram("aggregator.commit.duration", "s", "How long a batch took until the store had it, tries that failed included.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] });
        _commitSize = meter.CreateHistogram("aggregator.commit.size", "{line}", "Lines of a batch; of a bulk request, what says the same is one.",
            advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048] });
    }

    /// <summary>Shows every counter at 0 for each of its words.</summary>
    public void ShowAll()
    {
        foreach (var outcome in Outcomes) _received.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        foreach (var limit in Limits) _limited.Add(0, new KeyValuePair<string, object?>("limit", limit));
        foreach (var reason in Enum.GetValues<IntakeResult>().Except([IntakeResult.Committed, IntakeResult.OtherContent])) Refused(reason, 0);
        foreach (var fault in Enum.GetValues<ProxyFault>()) _hidden.Add(0, new KeyValuePair<string, object?>("reason", fault.ToString()));
    }

    /// <param name="limit"><c>reporter</c> or <c>network</c>.</param>
    public void Limited(string limit) => _limited.Add(1, new KeyValuePair<string, object?>("limit", limit));

    public void Hidden(ProxyFault fault) => _hidden.Add(1, new KeyValuePair<string, object?>("reason", fault.ToString()));

    /// <param name="reason">Why they were not, or perhaps not, appended.</param>
    public void Refused(IntakeResult reason, int reports) => _refused.Add(reports, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Committed(IntakeResult result, int lines, TimeSpan took)
    {
        _commitDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("result", result.ToString()));
        _commitSize.Record(lines);
    }

    public void Received(IReadOnlyList<Report> reports, LineOutcome[] lines)
    {
        long counted = 0, duplicate = 0, quarantined = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            counted += lines[i].Counted;
            var rest = reports[i].Count - lines[i].Counted;
            if (lines[i].Rest == ReportOutcome.Duplicate) duplicate += rest;
            else quarantined += rest;
        }

        Add(counted, "counted");
        Add(duplicate, "duplicate");
        Add(quarantined, "quarantined");
    }

    private void Add(long reports, string outcome)
    {
        if (reports > 0) _received.Add(reports, new KeyValuePair<string, object?>("outcome", outcome));
    }
}
