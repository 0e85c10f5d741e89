namespace Aggregator.Simulator;

/// <summary>How the ordinary number of reports breathes with the hour of the week, in local time.</summary>
/// <param name="day">24 figures, one per local hour, of a working day; only their proportions matter.</param>
/// <param name="weekend">What Saturday and Sunday have of it; 1 is no difference.</param>
internal sealed class Everyday(IReadOnlyList<double> day, double weekend)
{
    private readonly double _mean = day.Average();

    /// <summary>The largest factor of the week.</summary>
    public double Largest => day.Max() / _mean * Math.Max(1, weekend);

    /// <summary>The rate at a moment over the mean rate of a working day.</summary>
    public double Factor(DateTimeOffset at, TimeSpan utcOffset)
    {
        // An hour's figure stands in the middle of the hour; between two middles the rate moves in a straight line, so it never jumps.
        var local = at.UtcDateTime + utcOffset - TimeSpan.FromMinutes(30);
        var hour = local.Date.AddHours(local.Hour);
        var part = (local - hour).TotalHours;
        return (1 - part) * FigureOf(hour) + part * FigureOf(hour.AddHours(1));
    }

    private double FigureOf(DateTime hour) =>
        day[hour.Hour] / _mean * (hour.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? weekend : 1);
}
