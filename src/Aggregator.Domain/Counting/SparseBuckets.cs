namespace Aggregator.Domain;

/// <summary>Tallies by bucket, sorted, without the empty ones: two arrays that grow and shrink with what is in them.</summary>
/// <remarks>Buckets come almost always at the end and leave always at the front, so both are cheap; in between costs a shift.</remarks>
internal sealed class SparseBuckets
{
    private long[] _indexes = [];
    private Tally[] _tallies = [];
    private int _first;

    public int Count { get; private set; }

    public Tally At(long bucket)
    {
        var place = Find(bucket);
        return place < _first + Count && _indexes[place] == bucket ? _tallies[place] : Tally.Empty;
    }

    public void Set(long bucket, Tally tally)
    {
        var place = Find(bucket);
        if (place == _first + Count || _indexes[place] != bucket)
        {
            place = MakeRoom(place);
            _indexes[place] = bucket;
        }

        _tallies[place] = tally;
    }

    public ReadOnlySpan<Tally> Tallies(long from, long toExclusive)
    {
        var first = Find(from);
        return _tallies.AsSpan(first, Math.Max(0, Find(toExclusive) - first));
    }

    public KeyValuePair<long, Tally>[] Copy(long from, long toExclusive)
    {
        var first = Find(from);
        var copy = new KeyValuePair<long, Tally>[Math.Max(0, Find(toExclusive) - first)];
        for (var i = 0; i < copy.Length; i++) copy[i] = new(_indexes[first + i], _tallies[first + i]);
        return copy;
    }

    public void ForgetBefore(long bucket)
    {
        var place = Find(bucket);
        Array.Clear(_tallies, _first, place - _first);
        Count -= place - _first;
        _first = Count == 0 ? 0 : place;
        if (Count * 4 < _indexes.Length) Resize(Count == 0 ? 0 : Math.Max(4, Count * 2));
    }

    // The first place whose bucket is not before this one; the place after the last where there is none.
    private int Find(long bucket)
    {
        var last = _first + Count - 1;
        if (Count == 0 || bucket > _indexes[last]) return last + 1;
        var place = Array.BinarySearch(_indexes, _first, Count, bucket);
        return place < 0 ? ~place : place;
    }

    private int MakeRoom(int place)
    {
        if (_first + Count == _indexes.Length)
        {
            place -= _first;
            Resize(Math.Max(4, Count * 2));
        }

        var end = _first + Count;
        Array.Copy(_indexes, place, _indexes, place + 1, end - place);
        Array.Copy(_tallies, place, _tallies, place + 1, end - place);
        Count++;
        return place;
    }

    private void Resize(int capacity)
    {
        var indexes = capacity == 0 ? [] : new long[capacity];
        var tallies = capacity == 0 ? [] : new Tally[capacity];
        Array.Copy(_indexes, _first, indexes, 0, Count);
        Array.Copy(_tallies, _first, tallies, 0, Count);
        (_indexes, _tallies, _first) = (indexes, tallies, 0);
    }
}
