using Aggregator.Grains;
using CsCheck;

namespace Aggregator.Server.Tests;

public sealed class MinuteRowProperties
{
    private static readonly Gen<long?> Count = Gen.OneOf(Gen.Const((long?)null), Gen.Long[0, 5].Select(count => (long?)count), Gen.Long[0, long.MaxValue].Select(count => (long?)count));

    [Fact]
    public void A_row_is_read_as_it_was_written() => Count.Array[60].Sample(counts =>
    {
        var row = new MinuteRow();
        for (var minute = 0; minute < 60; minute++) row[minute] = counts[minute];
        var read = MinuteRow.Parse(row.ToString());
        return Enumerable.Range(0, 60).All(minute => read[minute] == counts[minute]);
    });

    [Fact]
    public void What_is_not_sixty_counts_is_not_a_row() =>
        Assert.All(new[] { "", "1,2,3", new string(',', 60), new string(',', 58) }, text => Assert.Throws<FormatException>(() => MinuteRow.Parse(text)));
}
