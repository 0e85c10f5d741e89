using CsCheck;

namespace Aggregator.Domain.Tests;

public class PiecesTests
{
    [Fact]
    public void Pieces_are_within_their_limits_and_hold_every_item_once_and_in_order() => Gen.Int[1, 30].Array[0, 100].Sample(items =>
    {
        var pieces = Pieces.Of(items, item => item, sizeAtMost: 40, itemsAtMost: 7);
        Assert.Equal(items, pieces.SelectMany(piece => piece));
        Assert.All(pieces, piece => Assert.True(piece.Sum() <= 40 && piece.Count is >= 1 and <= 7));
    });

    [Fact]
    public void What_is_too_large_is_a_piece_of_its_own() =>
        Assert.Equal<IReadOnlyList<int>>([[1], [90], [2, 3]], Pieces.Of([1, 90, 2, 3], item => item, sizeAtMost: 40));
}
