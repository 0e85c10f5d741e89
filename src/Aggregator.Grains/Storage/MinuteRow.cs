using System.Globalization;

namespace Aggregator.Grains;

/// <summary>The 60 minute counts of one hour; a null is a minute in which nobody could report, or that is not known.</summary>
public sealed class MinuteRow
{
    private readonly long?[] _counts;

    public MinuteRow() => _counts = new long?[60];

    private MinuteRow(long?[] counts) => _counts = counts;

    public long? this[int minute]
    {
        get => _counts[minute];
        set => _counts[minute] = value;
    }

    /// <exception cref="FormatException">The text is not 60 counts between commas.</exception>
    public static MinuteRow Parse(string text)
    {
        var counts = text.Split(',');
        if (counts.Length != 60) throw new FormatException($"A row of minutes has {counts.Length} counts, not 60.");
        return new(Array.ConvertAll(counts, count => count.Length == 0 ? (long?)null : long.Parse(count, CultureInfo.InvariantCulture)));
    }

    public override string ToString() => string.Join(',', _counts);
}
