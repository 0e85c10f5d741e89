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
    private readonly PlainCounts _plain = new();
    private readonly Dictionary<(SeriesKey, long Hour), int> _targetIndex = [];
    private readonly Dictionary<ServiceKey, HashSet<RegionCode>> _heardFrom = [];
    private readonly Dictionary<(ServiceKey Service, long Window), CommitRoom> _rooms = [];
    private readonly List<RedisValue> _targets = [];
    private readonly List<int> _asked = [];
    private readonly List<SeriesKey> _untold = [];
    private (SeriesKey Series, long Hour, int Index) _lastTarget;

    public CommitScript(CommitBatch batch, StoreKeys names, ReportOptions options, DateTimeOffset now)
    {
        (_batch, _names, _window) = (batch, names, (long)options.DedupWindow.TotalSeconds);
        KeyOf(names.Guard(batch.Shard, batch.Id));

        // Keys of plain counts come first, so that nothing has to say which they are.
        foreach (var report in batch.Reports)
        {
            if (IsPlain(report)) _plain.Add(report);
        }

        var plain = new List<RedisValue>();
        var told = WritePlain(plain, HourOf(now) - 1);
        for (var i = 0; i < batch.Reports.Count; i++) Add(i, batch.Reports[i]);

        var (rows, comments) = (new List<RedisValue>(), new List<RedisValue>());
        foreach (var ((service, window), room) in _rooms)
        {
            rows.AddRange([KeyOf(names.Reporters(service, window)), KeyOf(names.Reporters(service, window - 1)), KeyOf(names.Networks(service, window))]);
            room.Write(batch.Reports, rows, _asked);
        }

        // A client that repeats a batch later groups it anew, by another now: what it was answered must not depend on that.
        List<RedisValue> places = batch.Digest.Length == 0 ? [] : InBatchOrder();
        for (var i = 0; i < _asked.Count; i++)
        {
            var report = batch.Reports[_asked[i]];
            if (report.Comment is { } comment)
                comments.AddRange([i + 1, KeyOf(names.Comments(report.Series.Service)), KeptComments - 1, (long)ReportStore.CommentsKept.TotalSeconds, comment]);
        }

        RedisValue[] head =
        [
            batch.Digest, (long)batch.Keep.TotalSeconds, options.NetworkShare,
            (long)ReportStore.BucketsKept.TotalSeconds, 2 * _window, now.ToUnixTimeSeconds(),
            _plain.Keys.Count, told, _targetIndex.Count, _heardFrom.Count, places.Count, _rooms.Count, comments.Count / 5,
        ];
        RedisValue[] services = [.. _heardFrom.SelectMany(IEnumerable<RedisValue> (heard) =>
            [KeyOf(names.Regions(heard.Key)), heard.Value.Count, .. heard.Value.Select(region => (RedisValue)region.Value)])];
        Arguments = [.. head, .. plain, .. _targets, .. services, .. places, .. rows, .. comments];
        Keys = [.. _keys];
    }

    public const int BucketsPerHour = 360;

    public RedisKey[] Keys { get; }

    public RedisValue[] Arguments { get; }

    public CommitAnswer Read(string answer)
    {
        if (answer == "!") return new(CommitResult.OtherContent, [], new Dictionary<SeriesKey, List<BucketTally>>(), []);

        var parts = answer[1..].Split('|');
        var lines = ReadLines(parts[0], parts[1]);
        return answer[0] == 'R'
            ? new(CommitResult.AlreadyCommitted, lines, new Dictionary<SeriesKey, List<BucketTally>>(), [])
            : new(CommitResult.Committed, lines, ReadTouched(parts[2]), _untold);
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

    /// <summary>Of each row in turn its place, from 1, among those asked for in the order of the batch; from now on that is the order of the answer.</summary>
    private List<RedisValue> InBatchOrder()
    {
        int[] rows = [.. _asked];
        _asked.Sort();
        return [.. rows.Select(number => (RedisValue)(_asked.BinarySearch(number) + 1))];
    }

    private static bool IsPlain(in Report report) => report.Reporter is null && report.Network is null;

    private static long HourOf(DateTimeOffset at) => BucketGrid.TenSeconds.IndexOf(at) / BucketsPerHour;

    /// <summary>Writes the plain counts, those first whose totals are told; of older ones nobody waits to hear, and there may be many.</summary>
    /// <returns>How many keys are told.</returns>
    private int WritePlain(List<RedisValue> to, long toldFromHour)
    {
        var told = 0;
        HashSet<SeriesKey> untold = [];
        foreach (var (series, hour, counts) in _plain.Keys.OrderByDescending(key => key.Hour >= toldFromHour))
        {
            BucketKeyOf(series, hour);
            to.Add(counts.Count);
            foreach (var (field, _) in counts) to.Add(field);
            foreach (var (_, count) in counts) to.Add(count);
            if (hour >= toldFromHour) told++;
            else untold.Add(series);
        }

        _untold.AddRange(untold);
        return told;
    }

    private void Add(int number, in Report report)
    {
        ref var regions = ref CollectionsMarshal.GetValueRefOrAddDefault(_heardFrom, report.Series.Service, out _);
        (regions ??= []).Add(report.Series.Region);
        if (IsPlain(report)) return;

        var (hour, cell) = Math.DivRem(BucketGrid.TenSeconds.IndexOf(report.At), BucketsPerHour);
        var target = TargetOf(report.Series, hour);
        var (window, at) = Math.DivRem(report.At.ToUnixTimeSeconds(), _window);
        ref var room = ref CollectionsMarshal.GetValueRefOrAddDefault(_rooms, (report.Series.Service, window), out _);
        room ??= new();
        room.Add(number, new(target, cell, report.Symptom, report.Count, at, report.Reporter is not null, report.Network is not null));
    }

    private int TargetOf(SeriesKey series, long hour)
    {
        if (_lastTarget.Index > 0 && _lastTarget.Hour == hour && _lastTarget.Series == series) return _lastTarget.Index;
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_targetIndex, (series, hour), out var known);
        if (!known)
        {
            index = _targetIndex.Count;
            _targets.AddRange([BucketKeyOf(series, hour), BucketKeyOf(series with { Region = RegionCode.All }, hour), series.Region.Value]);
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
}
