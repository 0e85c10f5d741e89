namespace Aggregator.Domain;

public sealed partial class Tally
{
    /// <summary>Both together, field by field.</summary>
    public static Tally operator +(Tally left, Tally right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (ReferenceEquals(left, Empty)) return right;
        if (ReferenceEquals(right, Empty)) return left;
        return left.Merge(right, static (a, b) => a + b);
    }

    /// <summary>The left without the right, field by field: what stays when a bucket leaves. Undoes an addition exactly.</summary>
    public static Tally operator -(Tally left, Tally right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return ReferenceEquals(right, Empty) ? left : left.Merge(right, static (a, b) => a - b);
    }

    /// <summary>The larger of both in each field: what is known after hearing the same growing bucket twice, in any order.</summary>
    public Tally Max(Tally other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other) || ReferenceEquals(other, Empty)) return this;
        if (ReferenceEquals(this, Empty)) return other;
        return Merge(other, static (a, b) => Math.Max(a, b));
    }

    // Walks both sorted lists at once. A symptom only one of them names counts as zero in the other.
    private Tally Merge(Tally other, Func<long, long, long> field)
    {
        var names = new string[_names.Length + other._names.Length];
        var counts = new long[names.Length];
        int i = 0, j = 0, n = 0;
        while (i < _names.Length || j < other._names.Length)
        {
            var order = i == _names.Length ? 1 : j == other._names.Length ? -1 : string.CompareOrdinal(_names[i], other._names[j]);
            names[n] = order <= 0 ? _names[i] : other._names[j];
            counts[n] = field(order <= 0 ? _counts[i] : 0, order >= 0 ? other._counts[j] : 0);
            if (order <= 0) i++;
            if (order >= 0) j++;
            if (counts[n] != 0) n++;
        }

        var kept = names.AsSpan(0, n);
        return Make(
            kept.SequenceEqual(_names) ? _names : kept.SequenceEqual(other._names) ? other._names : kept.ToArray(),
            n == counts.Length ? counts : counts[..n],
            field(Networks, other.Networks),
            field(Duplicates, other.Duplicates),
            field(Quarantined, other.Quarantined));
    }
}
