using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>The store as one would write it who had only to be right: every report in turn, in dictionaries.</summary>
internal sealed class NaiveStore(int share, TimeSpan window)
{
    private readonly Dictionary<string, (string Digest, LineOutcome[] Lines)> _batches = [];
    private readonly Dictionary<(ServiceKey, string Reporter, long Window), DateTimeOffset> _heard = [];
    private readonly Dictionary<(ServiceKey, string Network, long Window), int> _given = [];
    private readonly HashSet<(ServiceKey, string Network, RegionCode, long Window)> _seen = [];
    private readonly Dictionary<(SeriesKey Series, long Bucket), Tally> _cells = [];

    /// <summary>Two services of one shard, and one of another.</summary>
    public static readonly ServiceKey[] Services = [.. Some(2, shard: 5), .. Some(1, shard: 6)];

    public CommitResult Commit(CommitBatch batch, out LineOutcome[] lines)
    {
        if (_batches.TryGetValue(batch.Id, out var before))
        {
            var same = before.Digest == batch.Digest;
            lines = same ? before.Lines : [];
            return same ? CommitResult.AlreadyCommitted : CommitResult.OtherContent;
        }

        lines = new LineOutcome[batch.Reports.Count];
        foreach (var (place, report) in InOrder(batch.Reports)) lines[place] = Append(report);
        _batches[batch.Id] = (batch.Digest, lines);
        return CommitResult.Committed;
    }

    public List<BucketTally> Read(SeriesKey series) =>
        [.. _cells.Where(cell => cell.Key.Series == series).OrderBy(cell => cell.Key.Bucket).Select(cell => new BucketTally(cell.Key.Bucket, cell.Value))];

    /// <summary>
    /// What came at the same time is taken service by service and window by window, and there by what the reports have in common;
    /// reports of nobody from nowhere come first, where they may as well come last.
    /// </summary>
    private IEnumerable<(int Place, Report Report)> InOrder(IReadOnlyList<Report> reports) =>
        reports.Select((report, place) => (Place: place, Report: report))
            .OrderBy(each => each.Report is not { Reporter: null, Network: null })
            .GroupBy(each => (each.Report is { Reporter: null, Network: null }, each.Report.Series.Service, each.Report.At.UtcTicks / window.Ticks))
            .SelectMany(room => room.GroupBy(each => (each.Report.Series, each.Report.Symptom, each.Report.Count, each.Report.At, each.Report.Reporter is null, each.Report.Network is null)))
            .SelectMany(crowd => crowd);

    private LineOutcome Append(Report report)
    {
        var (service, region) = (report.Series.Service, report.Series.Region);
        var nth = report.At.UtcTicks / window.Ticks;
        var bucket = BucketGrid.TenSeconds.IndexOf(report.At);
        if (report.Reporter is { } reporter)
        {
            var heard = _heard.ContainsKey((service, reporter, nth))
                || (_heard.TryGetValue((service, reporter, nth - 1), out var last) && report.At - last < window)
                || (_heard.TryGetValue((service, reporter, nth + 1), out var next) && next - report.At < window);
            if (heard)
            {
                Add(duplicates: report.Count);
                return new(0, ReportOutcome.Duplicate);
            }
        }

        var counted = report.Count;
        if (report.Network is { } network)
        {
            var given = _given.GetValueOrDefault((service, network, nth));
            if (share > 0) counted = Math.Clamp(share - given, 0, report.Count);
            if (counted > 0)
            {
                _given[(service, network, nth)] = given + counted;
                AddTo(report.Series, networks: _seen.Add((service, network, region, nth)) ? 1 : 0);
                AddTo(new(service, RegionCode.All), networks: given == 0 ? 1 : 0);
            }
        }

        if (counted > 0 && report.Reporter is { } counts) _heard[(service, counts, nth)] = report.At;
        Add(counted, quarantined: report.Count - counted);
        return new(counted, counted == report.Count ? ReportOutcome.Counted : ReportOutcome.Quarantined);

        void Add(long reports = 0, long duplicates = 0, long quarantined = 0)
        {
            AddTo(report.Series, reports, 0, duplicates, quarantined);
            AddTo(new(service, RegionCode.All), reports, 0, duplicates, quarantined);
        }

        void AddTo(SeriesKey series, long reports = 0, long networks = 0, long duplicates = 0, long quarantined = 0) =>
            _cells[(series, bucket)] = _cells.GetValueOrDefault((series, bucket), Tally.Empty)
                + Tally.Create([new(report.Symptom, reports)], networks, duplicates, quarantined);
    }

    private static IEnumerable<ServiceKey> Some(int count, int shard) =>
        Enumerable.Range(0, 1000).Select(i => ServiceKey.Parse($"service-{i}")).Where(key => StoreKeys.ShardOf(key) == shard).Take(count);
}
