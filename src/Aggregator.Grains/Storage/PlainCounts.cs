using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>The reports of a batch that nothing has to be asked about, added up by series, hour, bucket and symptom; what ALL gets of them too.</summary>
/// <param name="packedBefore">The first bucket that is not long past.</param>
internal sealed class PlainCounts(long packedBefore)
{
    private readonly Dictionary<(SeriesKey, long Hour, bool Packed), BucketHash> _byKey = [];
    private readonly Dictionary<(long Cell, string Symptom), int> _fieldIndex = [];
    private readonly List<string> _fields = [];
    private (SeriesKey Series, long Hour, bool Packed, BucketHash? Region, BucketHash? All) _last;

    public List<BucketHash> Plain { get; } = [];

    public List<BucketHash> Packed { get; } = [];

    /// <summary>The newest bucket that is packed; -1 where none is.</summary>
    public long NewestPacked => Packed.Count == 0 ? -1 : Packed.Max(hash => hash.Last);

    public void Add(in Report report)
    {
        var bucket = BucketGrid.TenSeconds.IndexOf(report.At);
        var packed = bucket < packedBefore;
        var (hour, cell) = Math.DivRem(bucket, ReportStore.BucketsPerHour);
        if (_last.Region is null || _last.Hour != hour || _last.Packed != packed || _last.Series != report.Series)
            _last = (report.Series, hour, packed, Of(report.Series, hour, packed), Of(report.Series with { Region = RegionCode.All }, hour, packed));

        ref var field = ref CollectionsMarshal.GetValueRefOrAddDefault(_fieldIndex, (cell, report.Symptom), out var known);
        if (!known)
        {
            field = _fields.Count;
            _fields.Add(string.Create(CultureInfo.InvariantCulture, $"{cell}:{report.Symptom}"));
        }

        _last.Region.Add(bucket, field, _fields[field], report.Count);
        _last.All!.Add(bucket, field, _fields[field], report.Count);
    }

    private BucketHash Of(SeriesKey series, long hour, bool packed)
    {
        ref var hash = ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey, (series, hour, packed), out _);
        if (hash is null)
        {
            hash = new(series, hour);
            (packed ? Packed : Plain).Add(hash);
        }

        return hash;
    }

    /// <summary>One hash of buckets: its fields, and by how much each grows.</summary>
    public sealed class BucketHash(SeriesKey series, long hour)
    {
        private const int FewAtMost = 8;

        private readonly List<(int Number, string Field, long Count)> _counts = [];
        private Dictionary<int, int>? _places;

        public SeriesKey Series { get; } = series;

        public long Hour { get; } = hour;

        /// <summary>The last bucket it has anything of.</summary>
        public long Last { get; private set; } = long.MinValue;

        public IReadOnlyList<(int Number, string Field, long Count)> Counts => _counts;

        public void Add(long bucket, int number, string field, long count)
        {
            Last = Math.Max(Last, bucket);
            if (Place(number) is var place and >= 0)
            {
                CollectionsMarshal.AsSpan(_counts)[place].Count += count;
                return;
            }

            _places?.Add(number, _counts.Count);
            _counts.Add((number, field, count));
        }

        /// <summary><c>field=count,field=count</c>.</summary>
        public string Pack(StringBuilder into)
        {
            into.Clear();
            foreach (var (_, field, count) in _counts)
            {
                if (into.Length > 0) into.Append(',');
                into.Append(field).Append('=').Append(CultureInfo.InvariantCulture, $"{count}");
            }

            return into.ToString();
        }

        private int Place(int number)
        {
            if (_places is not null) return _places.GetValueOrDefault(number, -1);

            // The newest first: what comes in order meets its own field there.
            for (var i = _counts.Count - 1; i >= 0; i--)
            {
                if (_counts[i].Number == number) return i;
            }

            if (_counts.Count == FewAtMost) _places = Enumerable.Range(0, _counts.Count).ToDictionary(i => _counts[i].Number);
            return -1;
        }
    }
}
