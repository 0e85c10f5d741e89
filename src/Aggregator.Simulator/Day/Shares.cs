namespace Aggregator.Simulator;

/// <summary>Draws one of many in proportion to their weights, in constant time (Walker's alias method).</summary>
internal sealed class Shares
{
    private readonly (uint Limit, int Own, int Other)[] _cells;

    public Shares(IReadOnlyList<double> weights)
    {
        var sum = weights.Sum();
        var parts = weights.Select(weight => weight / sum * weights.Count).ToArray();
        _cells = [.. parts.Select((_, i) => (uint.MaxValue, i, i))];

        var (poor, rich) = (new Stack<int>(), new Stack<int>());
        for (var i = 0; i < parts.Length; i++) (parts[i] < 1 ? poor : rich).Push(i);
        while (poor.Count > 0 && rich.Count > 0)
        {
            var (one, other) = (poor.Pop(), rich.Pop());
            _cells[one] = ((uint)(parts[one] * uint.MaxValue), one, other);
            parts[other] -= 1 - parts[one];
            (parts[other] < 1 ? poor : rich).Push(other);
        }
    }

    /// <param name="draw">32 bits of chance: the cell, and what is left of them decides within it.</param>
    public int At(uint draw)
    {
        var product = (ulong)draw * (uint)_cells.Length;
        var (limit, own, other) = _cells[(int)(product >> 32)];
        return (uint)product <= limit ? own : other;
    }
}
