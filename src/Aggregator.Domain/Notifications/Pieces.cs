namespace Aggregator.Domain;

/// <summary>Cuts a list that is too large for one message into several, in its order; nothing is left out.</summary>
public static class Pieces
{
    /// <param name="size">The size of one item.</param>
    /// <param name="sizeAtMost">The size that a piece may have; an item that is larger is a piece of its own.</param>
    /// <param name="itemsAtMost">How many items a piece may have.</param>
    public static IReadOnlyList<IReadOnlyList<T>> Of<T>(IEnumerable<T> items, Func<T, int> size, int sizeAtMost, int itemsAtMost = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(size);
        List<List<T>> pieces = [];
        var left = 0;
        foreach (var item in items)
        {
            var needed = size(item);
            if (pieces.Count == 0 || needed > left || pieces[^1].Count >= itemsAtMost)
            {
                pieces.Add([]);
                left = sizeAtMost;
            }

            pieces[^1].Add(item);
            left -= needed;
        }

        return pieces;
    }
}
