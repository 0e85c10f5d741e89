namespace Aggregator.Domain;

/// <summary>Division that rounds down, so that indexes before 1970 count on in the same direction.</summary>
internal static class Floored
{
    public static long Div(long value, long by) => value >= 0 ? value / by : -((-value + by - 1) / by);

    public static int Mod(long value, int by) => (int)(value - Div(value, by) * by);
}
