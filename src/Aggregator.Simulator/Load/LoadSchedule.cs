namespace Aggregator.Simulator;

/// <summary>When each report of a load is due: laid down beforehand, whatever becomes of the reports before it.</summary>
internal sealed class LoadSchedule
{
    private readonly double _rate;
    private readonly Burst? _burst;

    public LoadSchedule(LoadOptions options)
    {
        (_rate, _burst) = (options.Rate, options.Burst);
        WarmUp = options.WarmUp;
        End = options.WarmUp + options.Measured;
        FirstMeasured = DueBefore(WarmUp);
        Count = DueBefore(End);
    }

    public TimeSpan WarmUp { get; }

    public TimeSpan End { get; }

    /// <summary>How many reports there are, with those of the warm-up.</summary>
    public long Count { get; }

    /// <summary>The first report that is measured.</summary>
    public long FirstMeasured { get; }

    /// <summary>When a report is due, from the start on.</summary>
    /// <param name="number">From 0 on.</param>
    public TimeSpan DueOf(long number)
    {
        if (_burst is null) return TimeSpan.FromSeconds(number / _rate);

        var (calm, cycle) = (CalmReports(_burst), CycleReports(_burst));
        var (cycles, rest) = (Math.Floor(number / cycle), number % cycle);
        var within = rest < calm ? rest / _rate : (_burst.Every - _burst.For).TotalSeconds + (rest - calm) / _burst.Rate;
        return TimeSpan.FromSeconds(cycles * _burst.Every.TotalSeconds + within);
    }

    private long DueBefore(TimeSpan moment)
    {
        var seconds = moment.TotalSeconds;
        if (_burst is null) return Whole(seconds * _rate);

        var (cycles, rest) = (Math.Floor(seconds / _burst.Every.TotalSeconds), seconds % _burst.Every.TotalSeconds);
        var calm = (_burst.Every - _burst.For).TotalSeconds;
        return Whole(cycles * CycleReports(_burst) + Math.Min(rest, calm) * _rate + Math.Max(0, rest - calm) * _burst.Rate);
    }

    private double CalmReports(Burst burst) => (burst.Every - burst.For).TotalSeconds * _rate;

    private double CycleReports(Burst burst) => CalmReports(burst) + burst.For.TotalSeconds * burst.Rate;

    // A hair above a whole number is the whole number, and rounding.
    private static long Whole(double reports) => (long)Math.Ceiling(reports - 1e-6);
}
