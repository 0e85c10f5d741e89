using System.Globalization;
using System.Runtime.InteropServices;
using Aggregator.Domain;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>Writes a batch as the arguments of commit.lua and reads its answer.</summary>
/// <remarks>Reports that nothing has to be asked about (no reporter, no network) are added up before they travel.</remarks>
internal sealed class CommitScript
{
    public static readonly string Text = ReadText();

    private const int KeptComments = 200;

    private readonly CommitBatch _batch;
    private readonly StoreKeys _names;
    private readonly long _window;
    private readonly List<RedisKey> _keys = [];
    private readonly Dictionary<string, int> _keyIndex = [];
    private readonly Dictionary<int, (SeriesKey Series, long Hour)> _bucketKeys = [];
    private readonly Dictionary<(SeriesKey, long Hour), int> _targetIndex = [];
    private readonly Dictionary<(int Target, long Bucket, string Symptom), long> _groups = [];
    private readonly Dictionary<Crowd, int> _crowdIndex = [];
    private readonly Dictionary<(ServiceKey, long Window), (int Reporters, int Before, int Networks)> _seenKeys = [];
    private readonly List<RedisValue> _targets = [];
    private readonly List<RedisValue> _crowds = [];
    private readonly List<RedisValue> _rows = [];
    private readonly List<RedisValue> _namesBefore = [];
    private readonly List<RedisValue> _comments = [];
    private readonly List<int> _asked = [];
    private (SeriesKey Series, long Hour, int Index) _lastTarget;
    private (Crowd Crowd, int Index) _lastCrowd;

    public CommitScript(CommitBatch batch, StoreKeys names, ReportOptions options, DateTimeOffset now)
    {
        (_batch, _names, _window) = (batch, names, (long)options.DedupWindow.TotalSeconds);
        KeyOf(names.Guard(batch.Shard, batch.Id));
        for (var i = 0; i < batch.Reports.Count; i++) Add(i, batch.Reports[i]);

        const int perComment = 5;
        RedisValue[] head =
        [
            batch.Digest, (long)batch.Keep.TotalSeconds, options.NetworkShare, _window,
            (long)ReportStore.BucketsKept.TotalSeconds, 2 * _window, now.ToUnixTimeSeconds(),
            _targetIndex.Count, _groups.Count, _crowdIndex.Count, _asked.Count, _comments.Count / perComment,
        ];
        Arguments =
        [
            .. head, .. _targets,
            .. _groups.SelectMany(IEnumerable<RedisValue> (group) => [group.Key.Target, group.Key.Bucket, group.Key.Symptom, group.Value]),
            .. _crowds, .. _rows, .. _namesBefore, .. _comments,
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

    private void Add(int number, in Report report)
    {
        var (hour, cell) = Math.DivRem(BucketGrid.TenSeconds.IndexOf(report.At), BucketsPerHour);
        var target = TargetOf(report.Series, hour);
        if (report.Reporter is null && report.Network is null)
        {
            var group = (target, cell, report.Symptom);
            CollectionsMarshal.GetValueRefOrAddDefault(_groups, group, out _) += report.Count;
            return;
        }

        _asked.Add(number);
        _rows.Add(CrowdOf(new(target, cell, report.Symptom, report.Count, report.At.ToUnixTimeSeconds(), report.ReporterBefore is not null), report.Series.Service));
        _rows.Add(report.Reporter ?? "");
        _rows.Add(report.Network ?? "");
        if (report.ReporterBefore is { } before) _namesBefore.Add(before);
        if (report.Comment is not { } comment) return;

        _comments.Add(_asked.Count);
        _comments.Add(KeyOf(_names.Comments(report.Series.Service)));
        _comments.Add(KeptComments - 1);
        _comments.Add((long)ReportStore.CommentsKept.TotalSeconds);
        _comments.Add(comment);
    }

    private int CrowdOf(in Crowd crowd, ServiceKey service)
    {
        // Most reports of a batch say the same as the one before.
        if (_lastCrowd.Index > 0 && _lastCrowd.Crowd == crowd) return _lastCrowd.Index;
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_crowdIndex, crowd, out var known);
        if (!known)
        {
            index = _crowdIndex.Count;
            var seen = SeenKeysOf(service, crowd.At / _window);
            _crowds.AddRange([crowd.Target, crowd.Cell, crowd.Symptom, crowd.Count, crowd.At, seen.Reporters, seen.Before, seen.Networks, crowd.Renamed ? 1 : 0]);
        }

        _lastCrowd = (crowd, index);
        return index;
    }

    private (int Reporters, int Before, int Networks) SeenKeysOf(ServiceKey service, long window)
    {
        ref var keys = ref CollectionsMarshal.GetValueRefOrAddDefault(_seenKeys, (service, window), out var known);
        if (!known) keys = (KeyOf(_names.Reporters(service, window)), KeyOf(_names.Reporters(service, window - 1)), KeyOf(_names.Networks(service, window)));
        return keys;
    }

    private int TargetOf(SeriesKey series, long hour)
    {
        if (_lastTarget.Index > 0 && _lastTarget.Hour == hour && _lastTarget.Series == series) return _lastTarget.Index;
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_targetIndex, (series, hour), out var known);
        if (!known)
        {
            index = _targetIndex.Count;
            var all = new SeriesKey(series.Service, RegionCode.All);
            _targets.AddRange([BucketKeyOf(series, hour), BucketKeyOf(all, hour), KeyOf(_names.Regions(series.Service)), series.Region.Value]);
        }

        _lastTarget = (series, hour, index);
        return index;
    }

    private int BucketKeyOf(SeriesKey series, long hour)
    {
        var index = KeyOf(_names.Buckets(series, hour));
        _bucketKeys[index] = (series, hour);
        return index;
    }

    private int KeyOf(string name)
    {
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_keyIndex, name, out var known);
        if (known) return index;
        _keys.Add(name);
        return index = _keys.Count;
    }

    private static string ReadText()
    {
        using var reader = new StreamReader(typeof(CommitScript).Assembly.GetManifestResourceStream("Aggregator.Grains.Storage.commit.lua")!);
        return reader.ReadToEnd();
    }

    /// <summary>What many reports of a batch have in common; it travels once.</summary>
    private readonly record struct Crowd(int Target, long Cell, string Symptom, int Count, long At, bool Renamed);
}
