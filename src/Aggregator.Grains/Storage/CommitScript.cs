using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Aggregator.Domain;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>Writes a batch as the arguments of commit.lua and reads its answer.</summary>
/// <remarks>Reports that nothing has to be asked about (no reporter, no network) are added up before they travel.</remarks>
internal sealed partial class CommitScript
{
    public static readonly string Text = ReadText("commit.lua");

    private const int KeptComments = 200;

    // What is older changes no verdict that anybody waits for, and there may be very much of it: it is packed, and regions read it when there is time.
    private static readonly TimeSpan PackedBack = TimeSpan.FromMinutes(5);

    private const int AheadAtMost = 60; // s by which a line may be ahead of its window

    private readonly CommitBatch _batch;
    private readonly StoreKeys _names;
    private readonly long _window;
    private readonly List<RedisKey> _keys = [];
    private readonly Dictionary<string, int> _keyIndex = [];
    private readonly Dictionary<int, (SeriesKey Series, long Hour)> _bucketKeys = [];
    private readonly PlainCounts _plain;
    private readonly Dictionary<(SeriesKey, long Hour), int> _targetIndex = [];
    private readonly Dictionary<(SeriesKey, long Hour), int> _sums = []; // ALL's hash
    private readonly Dictionary<ServiceKey, HashSet<RegionCode>> _heardFrom = [];
    private readonly Dictionary<(ServiceKey Service, long Window), CommitRoom> _rooms = [];
    private readonly List<RedisValue> _targets = [];
    private readonly List<int> _asked = [];
    private readonly HashSet<SeriesKey> _untold = [];
    private (SeriesKey Series, long Hour, int Index) _lastTarget;

    public CommitScript(CommitBatch batch, StoreKeys names, ReportOptions options, DateTimeOffset now)
    {
        (_batch, _names, _window) = (batch, names, (long)options.DedupWindow.TotalSeconds);
        KeyOf(names.Batches(batch.Shard, batch.Page));
        var shards = batch.Reports.Select(report => report.Series.Service).Distinct().Select(StoreKeys.ShardOf).Distinct().ToList();
        foreach (var shard in shards) KeyOf(names.Packed(shard));

        _plain = new(BucketGrid.TenSeconds.IndexOf(now - PackedBack));
        foreach (var report in batch.Reports)
        {
            if (IsPlain(report)) _plain.Add(report);
        }

        // Their keys come first, so that nothing has to say which they are.
        var plain = WritePlain();
        for (var i = 0; i < batch.Reports.Count; i++) Add(i, batch.Reports[i]);

        var (rows, comments) = (new List<RedisValue>(_rooms.Values.Sum(room => 4 + room.ArgumentsAtMost)), new List<RedisValue>());
        foreach (var ((service, window), room) in _rooms)
        {
            rows.Add(KeyOf(names.Reporters(service, window)));
            rows.Add(KeyOf(names.Reporters(service, window - 1)));
            rows.Add(KeyOf(names.Reporters(service, window + 1)));
            rows.Add(KeyOf(names.Networks(service, window)));
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
            (long)ReportStore.BucketsKept.TotalSeconds, 2 * _window + AheadAtMost, now.ToUnixTimeSeconds(),
            BucketGrid.TenSeconds.IndexOf(batch.Reports.Select(report => report.At).DefaultIfEmpty(now).Min()), _plain.NewestPacked,
            shards.Count, _plain.Plain.Count, _plain.Packed.Count, _targetIndex.Count, _heardFrom.Count, places.Count, _rooms.Count, comments.Count / 5, batch.Id,
        ];
        var services = new List<RedisValue>(_heardFrom.Sum(heard => 2 + heard.Value.Count));
        foreach (var (service, regions) in _heardFrom)
        {
            services.Add(KeyOf(names.Regions(service)));
            services.Add(regions.Count);
            foreach (var region in regions) services.Add(region.Value);
        }

        Arguments = [.. head, .. plain, .. _targets, .. services, .. places, .. rows, .. comments];
        Keys = [.. _keys];
    }

    /// <summary>What the name of a pack begins with; alone it is the last bucket of all packs.</summary>
    public const string Pack = "+";

    public RedisKey[] Keys { get; }

    public RedisValue[] Arguments { get; }

    /// <summary>The fields of a pack and their counts.</summary>
    public static IEnumerable<(string Field, long Count)> Unpack(string pack) => pack.Split(',').Select(counter =>
    {
        var mark = counter.IndexOf('=', StringComparison.Ordinal);
        return (counter[..mark], long.Parse(counter.AsSpan(mark + 1), CultureInfo.InvariantCulture));
    });

    /// <summary>Of each row in turn its place, from 1, among those asked for in the order of the batch; from now on that is the order of the answer.</summary>
    private List<RedisValue> InBatchOrder()
    {
        int[] rows = [.. _asked];
        _asked.Sort();
        return [.. rows.Select(number => (RedisValue)(_asked.BinarySearch(number) + 1))];
    }

    private static bool IsPlain(in Report report) => report.Reporter is null && report.Network is null;

    private List<RedisValue> WritePlain()
    {
        var written = new List<RedisValue>(2 * _plain.Packed.Count + _plain.Plain.Sum(hash => 1 + 2 * hash.Counts.Count));
        foreach (var hash in _plain.Plain)
        {
            BucketKeyOf(hash.Series, hash.Hour);
            written.Add(hash.Counts.Count);
            foreach (var (_, field, count) in hash.Counts) written.AddRange([field, count]);
        }

        var text = new StringBuilder();
        foreach (var hash in _plain.Packed)
        {
            // The hash may be among the plain ones too: each names its own.
            _keys.Add(_names.Buckets(hash.Series, hash.Hour));
            written.AddRange([hash.Pack(text), hash.Last % ReportStore.BucketsPerHour]);
            _untold.Add(hash.Series);
        }

        foreach (var hash in _plain.Plain.Concat(_plain.Packed))
        {
            if (!hash.Series.Region.IsAll) HearFrom(hash.Series);
        }

        return written;
    }

    private void Add(int number, in Report report)
    {
        if (IsPlain(report)) return;
        HearFrom(report.Series);
        var (hour, cell) = Math.DivRem(BucketGrid.TenSeconds.IndexOf(report.At), ReportStore.BucketsPerHour);
        var target = TargetOf(report.Series, hour);
        var (window, at) = Math.DivRem(report.At.ToUnixTimeSeconds(), _window);
        ref var room = ref CollectionsMarshal.GetValueRefOrAddDefault(_rooms, (report.Series.Service, window), out _);
        room ??= new();
        room.Add(number, new(target, cell, report.Symptom, report.Count, at, report.Reporter is not null, report.Network is not null));
    }

    private void HearFrom(SeriesKey series)
    {
        ref var regions = ref CollectionsMarshal.GetValueRefOrAddDefault(_heardFrom, series.Service, out _);
        (regions ??= []).Add(series.Region);
    }

    private int TargetOf(SeriesKey series, long hour)
    {
        if (_lastTarget.Index > 0 && _lastTarget.Hour == hour && _lastTarget.Series == series) return _lastTarget.Index;
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_targetIndex, (series, hour), out var known);
        if (!known)
        {
            index = _targetIndex.Count;
            _targets.Add(BucketKeyOf(series, hour));
            _targets.Add(SumOf(series with { Region = RegionCode.All }, hour));
            _targets.Add(series.Region.Value);
        }

        _lastTarget = (series, hour, index);
        return index;
    }

    private int SumOf(SeriesKey all, long hour)
    {
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (all, hour), out var known);
        return known ? index : index = BucketKeyOf(all, hour);
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

    public static string ReadText(string script)
    {
        using var reader = new StreamReader(typeof(CommitScript).Assembly.GetManifestResourceStream("Aggregator.Grains.Storage." + script)!);
        return reader.ReadToEnd();
    }
}
