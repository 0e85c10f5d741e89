namespace Aggregator.Domain.Tests;

/// <summary>Seeded series of 10-second buckets in which nothing is ever wrong, and how often their scores rise all the same.</summary>
/// <remarks>
/// The rate follows the day and the week, and wanders: two slow log-normal waves (2.5 hours and 1.5 days, variance 0.04 each), as the quiet parts of real outage
/// reports do, and a gamma factor per five minutes (phi 0.005); counts are Poisson. Every report comes from a network of its own, which trusts short windows most.
/// </remarks>
internal sealed class QuietSeries(int seed, double perMinute)
{
    public const int HistoryDays = 14;
    private const double Wander = 0.04;
    private static readonly BucketGrid Grid = BucketGrid.TenSeconds;
    private static readonly int Hold = Grid.Count(TimeSpan.FromMinutes(15));

    private readonly Chance _chance = new(seed);
    private double _hours;
    private double _days;

    /// <summary>For each score: how many times it is reached in so many days, one that is reached again within 15 minutes counted once.</summary>
    public long[] Reached(int days, IReadOnlyList<double> scores)
    {
        (_hours, _days) = (_chance.Normal(), _chance.Normal());
        var detector = new SpikeDetector(Grid, new());
        detector.Learn(Watch.Monday, [.. Enumerable.Range(0, HistoryDays * 1440).Select(minute => (long?)_chance.Count(Rate(minute)))]);

        var times = new long[scores.Count];
        var last = Enumerable.Repeat(long.MinValue / 2, scores.Count).ToArray();
        var first = detector.Next!.Value;
        var rate = 0.0;
        for (var i = 0; i < days * Grid.PerDay; i++)
        {
            if (i % 6 == 0) rate = Rate(HistoryDays * 1440 + i / 6) / 6;
            var reports = _chance.Count(rate);
            var verdict = detector.Close(first + i, reports, (int)reports);
            for (var s = 0; s < scores.Count && verdict.Score >= scores[s]; s++)
            {
                if (i - last[s] > Hold) times[s]++;
                last[s] = i;
            }
        }

        return times;
    }

    private double _scatter = 1;

    // Asked minute after minute.
    private double Rate(int minute)
    {
        if (minute % 5 == 0)
        {
            _scatter = _chance.Scatter(0.005);
            _hours = Drift(_hours, 5 / 150.0);
            _days = Drift(_days, 5 / 2160.0);
        }

        var (hour, weekend) = (minute / 60.0 % 24, minute / 1440 % 7 >= 5);
        var day = Math.Exp(0.7 * Math.Cos((hour - 16) * Math.PI / 12)) / 1.126 * (weekend ? 0.75 : 1.1);
        return perMinute * day * _scatter * Math.Exp(Math.Sqrt(Wander) * (_hours + _days) - Wander);
    }

    private double Drift(double wave, double part) => wave * Math.Exp(-part) + Math.Sqrt(1 - Math.Exp(-2 * part)) * _chance.Normal();
}
