using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Aggregator.Domain;

/// <summary>Shows the two sorted arrays of a tally as a dictionary.</summary>
internal sealed class SymptomCounts(string[] names, long[] counts) : IReadOnlyDictionary<string, long>
{
    public int Count => names.Length;

    public IEnumerable<string> Keys => names.AsEnumerable();

    public IEnumerable<long> Values => counts.AsEnumerable();

    public long this[string key] =>
        TryGetValue(key, out var count) ? count : throw new KeyNotFoundException($"Nothing was counted for '{key}'.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out long value)
    {
        var index = Array.BinarySearch(names, key, StringComparer.Ordinal);
        value = index < 0 ? 0 : counts[index];
        return index >= 0;
    }

    public IEnumerator<KeyValuePair<string, long>> GetEnumerator()
    {
        for (var i = 0; i < names.Length; i++) yield return new(names[i], counts[i]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
