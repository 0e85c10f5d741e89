namespace Aggregator.Domain;

/// <summary>Counts of longer steps than a minute, told as minutes.</summary>
public static class Bars
{
    /// <summary>Spreads a count over some minutes as evenly as whole numbers can be, the same way every time; the minutes add up to the count.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or there are no minutes.</exception>
    public static long[] Spread(long count, int minutes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(minutes, 1);
        var (each, rest) = Math.DivRem(count, minutes);
        var spread = new long[minutes];
        for (var i = 0; i < minutes; i++) spread[i] = each + (i + 1) * rest / minutes - i * rest / minutes;
        return spread;
    }
}
