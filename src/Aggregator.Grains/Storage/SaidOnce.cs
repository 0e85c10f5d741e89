using System.Collections.Concurrent;

namespace Aggregator.Grains;

/// <summary>What the log has been told: however often a bad record is read, it is said once.</summary>
internal sealed class SaidOnce
{
    // A store that is bad throughout is known to be so by then.
    private const int SaidAtMost = 1000;

    private readonly ConcurrentDictionary<string, byte> _said = new();

    /// <summary>Returns true if it has not been said yet, and is to be said.</summary>
    public bool Add(string what) => _said.Count < SaidAtMost && _said.TryAdd(what, 0);
}
