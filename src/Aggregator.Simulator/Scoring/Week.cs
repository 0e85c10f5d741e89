namespace Aggregator.Simulator;

/// <summary>The ordinary course of a week from Monday 00:00 UTC, minute by minute, around a mean of 1.</summary>
internal sealed class Week
{
    public const int Minutes = 7 * 1440;

    private static readonly double[][] Days =
    [
        // By local hour: people at home in the evening, people at work, people of all hours.
        [0.8, 0.5, 0.35, 0.3, 0.3, 0.4, 0.6, 0.8, 0.9, 1, 1.05, 1.1, 1.15, 1.1, 1.1, 1.15, 1.25, 1.4, 1.55, 1.7, 1.75, 1.65, 1.45, 1.1],
        [0.4, 0.3, 0.25, 0.25, 0.3, 0.4, 0.7, 1.1, 1.6, 1.85, 1.8, 1.65, 1.45, 1.5, 1.6, 1.55, 1.4, 1.2, 1.05, 0.95, 0.85, 0.75, 0.65, 0.5],
        [0.75, 0.6, 0.5, 0.45, 0.45, 0.5, 0.65, 0.85, 1, 1.1, 1.15, 1.2, 1.25, 1.25, 1.2, 1.2, 1.2, 1.25, 1.3, 1.35, 1.35, 1.25, 1.1, 0.95],
    ];

    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private readonly double[] _factors;

    public Week(Everyday everyday, int utcOffset)
    {
        var factors = Enumerable.Range(0, Minutes).Select(minute => everyday.Factor(Monday.AddMinutes(minute + 0.5), TimeSpan.FromHours(utcOffset))).ToArray();
        var mean = factors.Average();
        _factors = [.. factors.Select(factor => factor / mean)];
    }

    /// <summary>One of a few kinds of day, its weekend and its time zone left to chance.</summary>
    public static Week Draw(Dice dice) => new(new(DayOf(dice), dice.Between(0.6, 1.3)), (int)(dice.Next() * 24) - 12);

    public static IReadOnlyList<double> DayOf(Dice dice) => Days[(int)(dice.Next() * Days.Length)];

    public double At(long minute) => _factors[(int)(minute % Minutes)];
}
