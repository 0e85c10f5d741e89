using System.Globalization;
using System.Runtime.InteropServices;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>The reports of a batch that nothing has to be asked about, added up by series, hour, bucket and symptom; what ALL gets of them too.</summary>
internal sealed class PlainCounts
{
    private readonly Dictionary<(SeriesKey, long Hour), int> _keyIndex = [];
    private readonly Dictionary<(long Cell, string Symptom), int> _fieldIndex = [];
    private readonly List<string> _fields = [];
    private readonly Dictionary<(int Key, int Field), int> _place = []; // in the key's counts
    private readonly List<(SeriesKey Series, long Hour, List<(string Field, long Count)> Counts)> _keys = [];
    private (SeriesKey Series, long Hour, int Region, int All) _last;

    /// <summary>One for each hash of buckets, with its fields and how much each grows by.</summary>
    public IReadOnlyList<(SeriesKey Series, long Hour, List<(string Field, long Count)> Counts)> Keys => _keys;

    public void Add(in Report report)
    {
        var (hour, cell) = Math.DivRem(BucketGrid.TenSeconds.IndexOf(report.At), CommitScript.BucketsPerHour);
        if (_keys.Count == 0 || _last.Hour != hour || _last.Series != report.Series)
            _last = (report.Series, hour, KeyOf(report.Series, hour), KeyOf(report.Series with { Region = RegionCode.All }, hour));

        ref var field = ref CollectionsMarshal.GetValueRefOrAddDefault(_fieldIndex, (cell, report.Symptom), out var known);
        if (!known)
        {
            field = _fields.Count;
            _fields.Add(string.Create(CultureInfo.InvariantCulture, $"{cell}:{report.Symptom}"));
        }

        Add(_last.Region, field, report.Count);
        Add(_last.All, field, report.Count);
    }

    private void Add(int key, int field, long count)
    {
        var counts = _keys[key].Counts;
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_place, (key, field), out var known);
        if (known)
        {
            CollectionsMarshal.AsSpan(counts)[place].Count += count;
            return;
        }

        place = counts.Count;
        counts.Add((_fields[field], count));
    }

    private int KeyOf(SeriesKey series, long hour)
    {
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_keyIndex, (series, hour), out var known);
        if (known) return index;
        _keys.Add((series, hour, []));
        return index = _keys.Count - 1;
    }
}
