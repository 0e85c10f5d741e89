using System.Collections.Concurrent;

namespace Aggregator.Domain;

/// <summary>One text for all that are equal: few names are read back from a store a million times.</summary>
public static class SharedTexts
{
    // The names are a catalog's, but nothing forbids that it changes for ever: what comes later is not shared.
    private const int KeptAtMost = 10_000;

    private static readonly ConcurrentDictionary<string, string> Kept = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> KeptBySpan = Kept.GetAlternateLookup<ReadOnlySpan<char>>();

    public static string Of(string text) => Kept.TryGetValue(text, out var known) ? known : Keep(text);

    public static string Of(ReadOnlySpan<char> text) => KeptBySpan.TryGetValue(text, out var known) ? known : Keep(text.ToString());

    private static string Keep(string text) => Kept.Count < KeptAtMost ? Kept.GetOrAdd(text, text) : text;
}
