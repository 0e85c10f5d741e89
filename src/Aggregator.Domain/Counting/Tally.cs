using System.Collections.Concurrent;
using System.Diagnostics;

namespace Aggregator.Domain;

/// <summary>What was counted in one bucket, or in any number of them: tallies add like numbers.</summary>
/// <remarks>
/// Immutable, equal by value. A symptom without reports is not named, so that nothing counted is one value: <see cref="Empty"/>.
/// Most tallies name one to three symptoms and there are very many of them: hence two small sorted arrays and no dictionary.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class Tally : IEquatable<Tally>
{
    // Sorted by ordinal, without repeats and without zeros; the names are shared with other tallies wherever they agree.
    private readonly string[] _names;
    private readonly long[] _counts;

    private Tally(string[] names, long[] counts, long networks, long duplicates, long quarantined)
    {
        (_names, _counts) = (names, counts);
        (Networks, Duplicates, Quarantined) = (networks, duplicates, quarantined);
        foreach (var count in counts) Reports += count;
    }

    /// <summary>Nothing counted; the zero of addition.</summary>
    public static Tally Empty { get; } = new([], [], 0, 0, 0);

    /// <summary>Counted reports per symptom; only symptoms that have any.</summary>
    public IReadOnlyDictionary<string, long> Symptoms => new SymptomCounts(_names, _counts);

    /// <summary>All counted reports: the sum over the symptoms.</summary>
    public long Reports { get; }

    /// <summary>Networks heard for the first time within the dedup window.</summary>
    public long Networks { get; }

    /// <summary>Reports of reporters already heard within the dedup window; not part of <see cref="Reports"/>.</summary>
    public long Duplicates { get; }

    /// <summary>Reports beyond their network's share; not part of <see cref="Reports"/>.</summary>
    public long Quarantined { get; }

    /// <summary>Reports of one symptom and nothing else.</summary>
    public static Tally Of(string symptom, long reports) => Create([new(symptom, reports)]);

    /// <summary>Puts a tally together; a symptom named twice is added up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Some count is negative.</exception>
    public static Tally Create(
        IEnumerable<KeyValuePair<string, long>> symptoms, long networks = 0, long duplicates = 0, long quarantined = 0)
    {
        ArgumentNullException.ThrowIfNull(symptoms);
        ArgumentOutOfRangeException.ThrowIfNegative(networks);
        ArgumentOutOfRangeException.ThrowIfNegative(duplicates);
        ArgumentOutOfRangeException.ThrowIfNegative(quarantined);

        if (symptoms is IReadOnlyList<KeyValuePair<string, long>> and [{ Value: > 0 } only])
            return Make([SharedTexts.Of(only.Key)], [only.Value], networks, duplicates, quarantined);

        var given = symptoms.Where(s => s.Value != 0).ToArray();
        Array.Sort(given, static (a, b) => string.CompareOrdinal(a.Key, b.Key));

        var names = new List<string>(given.Length);
        var counts = new List<long>(given.Length);
        foreach (var (name, count) in given)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(symptoms));
            if (names.Count > 0 && names[^1] == name)
            {
                counts[^1] += count;
                continue;
            }

            names.Add(SharedTexts.Of(name));
            counts.Add(count);
        }

        return Make([.. names], [.. counts], networks, duplicates, quarantined);
    }

    public bool Equals(Tally? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && Reports == other.Reports && Networks == other.Networks && Duplicates == other.Duplicates
            && Quarantined == other.Quarantined && _counts.AsSpan().SequenceEqual(other._counts) && _names.AsSpan().SequenceEqual(other._names));

    public override bool Equals(object? obj) => Equals(obj as Tally);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var name in _names) hash.Add(name, StringComparer.Ordinal);
        foreach (var count in _counts) hash.Add(count);
        hash.Add(Networks);
        hash.Add(Duplicates);
        hash.Add(Quarantined);
        return hash.ToHashCode();
    }

    public override string ToString() =>
        $"{Reports} reports ({string.Join(", ", Symptoms.Select(s => $"{s.Key} {s.Value}"))}), {Networks} networks, {Duplicates} duplicates, {Quarantined} quarantined";

    private static Tally Make(string[] names, long[] counts, long networks, long duplicates, long quarantined)
    {
        if (names.Length == 0 && (networks | duplicates | quarantined) == 0) return Empty;
        return names.Length == 1 && counts[0] <= SmallTallies.Largest && networks <= counts[0] && (duplicates | quarantined) == 0
            ? SmallTallies.Of(names, counts, networks)
            : new(names, counts, networks, duplicates, quarantined);
    }

    /// <summary>Most buckets hold one to a few reports of one symptom: those that are equal are one object, so a bucket takes 16 bytes instead of 140.</summary>
    private static class SmallTallies
    {
        public const int Largest = 8;

        // Symptoms are the catalog's, but nothing forbids that they change for ever.
        private const int KeptAtMost = 10_000;

        private static readonly ConcurrentDictionary<(string Name, long Reports, long Networks), Tally> Kept = new();

        public static Tally Of(string[] names, long[] counts, long networks)
        {
            var key = (names[0], counts[0], networks);
            if (Kept.TryGetValue(key, out var known)) return known;

            var tally = new Tally(names, counts, networks, 0, 0);
            return Kept.Count < KeptAtMost ? Kept.GetOrAdd(key, tally) : tally;
        }
    }
}
