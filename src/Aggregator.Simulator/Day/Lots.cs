namespace Aggregator.Simulator;

/// <summary>Draws one of many by weight, in the same short time however many there are (Vose's alias method).</summary>
internal sealed class Lots
{
    private readonly ulong[] _own;
    private readonly int[] _other;

    public Lots(IReadOnlyList<double> weights)
    {
        var mean = weights.Sum() / weights.Count;
        var left = weights.Select(weight => weight / mean).ToArray();
        (_own, _other) = (new ulong[left.Length], new int[left.Length]);
        var (poor, rich) = (new Stack<int>(), new Stack<int>());
        for (var i = 0; i < left.Length; i++) (left[i] < 1 ? poor : rich).Push(i);
        while (poor.Count > 0 && rich.Count > 0)
        {
            var (taker, giver) = (poor.Pop(), rich.Pop());
            _own[taker] = (ulong)(left[taker] * ulong.MaxValue);
            _other[taker] = giver;
            left[giver] -= 1 - left[taker];
            (left[giver] < 1 ? poor : rich).Push(giver);
        }

        // What rounding has left over stands for itself.
        foreach (var i in poor.Concat(rich)) (_own[i], _other[i]) = (ulong.MaxValue, i);
    }

    /// <param name="bits">64 of them: the place among the lots, and the chance within the place.</param>
    public int Draw(ulong bits)
    {
        var place = (int)Math.BigMul(bits, (ulong)_own.Length, out var chance);
        return chance < _own[place] ? place : _other[place];
    }
}
