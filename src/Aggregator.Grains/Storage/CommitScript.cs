using System.Globalization;
using Aggregator.Domain;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>Writes a batch as the arguments of commit.lua and reads its answer.</summary>
/// <remarks>Reports that nothing has to be asked about (no reporter, no network) are added up before they travel.</remarks>
internal sealed class CommitScript
{
    public static readonly string Text = ReadText();

    private readonly CommitBatch _batch;
    private readonly StoreKeys _names;
    private readonly Dictionary<string, int> _keyIndex = [];
    private readonly List<RedisKey> _keys = [];
    private readonly Dictionary<int, (SeriesKey Series, long Hour)> _bucketKeys = [];
    private readonly Dictionary<(SeriesKey, long Hour), int> _targetIndex = [];
    private readonly List<RedisValue> _targets = [];
    private readonly List<int> _asked = [];

    public CommitScript(CommitBatch batch, StoreKeys names, ReportOptions options, DateTimeOffset now)
    {
        (_batch, _names) = (batch, names);
        KeyOf(names.Guard(batch.Shard, batch.Id));

        var windowSeconds = (long)options.DedupWindow.TotalSeconds;
        var groups = new Dictionary<(int Target, long Bucket, string Symptom), long>();
        List<RedisValue> rows = [];
        for (var i = 0; i < batch.Reports.Count; i++)
        {
            var report = batch.Reports[i];
            var bucket = BucketGrid.TenSeconds.IndexOf(report.At);
            var (hour, cell) = Math.DivRem(bucket, BucketsPerHour);
            var target = TargetOf(report.Series, hour);
            if (report.Reporter is null && report.Network is null)
            {
                var group = (target, cell, report.Symptom);
                groups[group] = groups.GetValueOrDefault(group) + report.Count;
                continue;
            }

            _asked.Add(i);
            var at = report.At.ToUnixTimeSeconds();
            var window = at / windowSeconds;
            var service = report.Series.Service;
            rows.Add(target);
            rows.Add(cell);
            rows.Add(report.Symptom);
            rows.Add(report.Count);
            rows.Add(at);
            rows.Add(KeyOf(names.Reporters(service, window)));
            rows.Add(KeyOf(names.Reporters(service, window - 1)));
            rows.Add(KeyOf(names.Networks(service, window)));
            rows.Add(report.Reporter ?? "");
            rows.Add(report.Network ?? "");
            rows.Add(report.ReporterBefore ?? report.Reporter ?? "");
        }

        Arguments =
        [
            batch.Digest, (long)batch.Keep.TotalSeconds, options.NetworkShare, windowSeconds,
            (long)ReportStore.BucketsKept.TotalSeconds, 2 * windowSeconds, now.ToUnixTimeSeconds(),
            _targetIndex.Count, groups.Count, _asked.Count,
            .. _targets,
            .. groups.SelectMany(IEnumerable<RedisValue> (group) => [group.Key.Target, group.Key.Bucket, group.Key.Symptom, group.Value]),
            .. rows,
        ];
        Keys = [.. _keys];
    }

    public const int BucketsPerHour = 360;

    public RedisKey[] Keys { get; }

    public RedisValue[] Arguments { get; }

    public CommitAnswer Read(string answer)
    {
        if (answer == "!") return new(CommitResult.OtherContent, [], new Dictionary<SeriesKey, List<BucketTally>>());

        var parts = answer[1..].Split('|');
        var lines = ReadLines(parts[0], parts[1]);
        return answer[0] == 'R'
            ? new(CommitResult.AlreadyCommitted, lines, new Dictionary<SeriesKey, List<BucketTally>>())
            : new(CommitResult.Committed, lines, ReadTouched(parts[2]));
    }

    private LineOutcome[] ReadLines(string outcomes, string mixed)
    {
        var lines = new LineOutcome[_batch.Reports.Count];
        for (var i = 0; i < lines.Length; i++) lines[i] = new(_batch.Reports[i].Count, ReportOutcome.Counted);

        var counted = mixed.Length == 0 ? [] : mixed.Split(',');
        var next = 0;
        for (var i = 0; i < _asked.Count; i++)
        {
            lines[_asked[i]] = outcomes[i] switch
            {
                'c' => lines[_asked[i]],
                'd' => new(0, ReportOutcome.Duplicate),
                'q' => new(0, ReportOutcome.Quarantined),
                'm' => new(int.Parse(counted[next++], CultureInfo.InvariantCulture), ReportOutcome.Quarantined),
                var other => throw new FormatException($"commit.lua answered the outcome '{other}'."),
            };
        }

        return lines;
    }

    private Dictionary<SeriesKey, List<BucketTally>> ReadTouched(string touched)
    {
        var cells = new Dictionary<(SeriesKey Series, long Bucket), TallyBuilder>();
        foreach (var range in touched.AsSpan().Split(','))
        {
            var counter = touched.AsSpan()[range];
            var first = counter.IndexOf(' ');
            var last = counter.LastIndexOf(' ');
            if (first < 0) continue;

            var (series, hour) = _bucketKeys[int.Parse(counter[..first], CultureInfo.InvariantCulture)];
            var (cell, what) = TallyBuilder.SplitField(counter[(first + 1)..last]);
            var at = (series, hour * BucketsPerHour + cell);
            if (!cells.TryGetValue(at, out var tally)) cells[at] = tally = new();
            tally.Set(what, long.Parse(counter[(last + 1)..], CultureInfo.InvariantCulture));
        }

        var bySeries = new Dictionary<SeriesKey, List<BucketTally>>();
        foreach (var ((series, bucket), tally) in cells)
        {
            if (!bySeries.TryGetValue(series, out var list)) bySeries[series] = list = [];
            list.Add(new(bucket, tally.Build()));
        }

        return bySeries;
    }

    private int TargetOf(SeriesKey series, long hour)
    {
        if (_targetIndex.TryGetValue((series, hour), out var known)) return known;

        var all = new SeriesKey(series.Service, RegionCode.All);
        _targets.Add(BucketKeyOf(series, hour));
        _targets.Add(BucketKeyOf(all, hour));
        _targets.Add(KeyOf(_names.Regions(series.Service)));
        _targets.Add(series.Region.Value);
        return _targetIndex[(series, hour)] = _targetIndex.Count + 1;
    }

    private int BucketKeyOf(SeriesKey series, long hour)
    {
        var index = KeyOf(_names.Buckets(series, hour));
        _bucketKeys[index] = (series, hour);
        return index;
    }

    private int KeyOf(string name)
    {
        if (_keyIndex.TryGetValue(name, out var index)) return index;
        _keys.Add(name);
        return _keyIndex[name] = _keys.Count;
    }

    private static string ReadText()
    {
        using var reader = new StreamReader(typeof(CommitScript).Assembly.GetManifestResourceStream("Aggregator.Grains.Storage.commit.lua")!);
        return reader.ReadToEnd();
    }
}
