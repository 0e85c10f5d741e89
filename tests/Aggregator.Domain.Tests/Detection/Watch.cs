namespace Aggregator.Domain.Tests;

/// <summary>Drives a detector through seeded time: history first, then bucket after bucket.</summary>
internal sealed class Watch
{
    public static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private readonly Chance _chance;

    public Watch(BucketGrid grid, int seed = 1)
    {
        Detector = new(grid, new());
        _chance = new(seed);
        Bucket = grid.IndexOf(Monday);
    }

    public SpikeDetector Detector { get; }

    /// <summary>The next bucket to close.</summary>
    public long Bucket { get; private set; }

    public DateTimeOffset Now => Detector.Grid.StartOf(Bucket);

    public List<Verdict> Said { get; } = [];

    public Watch Learn(double days, double perMinute, double phi = 0)
    {
        var minutes = new long?[(int)(days * 1440)];
        var scatter = 1.0;
        for (var i = 0; i < minutes.Length; i++)
        {
            if (phi > 0 && i % 5 == 0) scatter = _chance.Scatter(phi);
            minutes[i] = _chance.Count(perMinute * scatter);
        }

        Detector.Learn(Now, minutes);
        Bucket = Detector.Next!.Value;
        return this;
    }

    public Watch Live(TimeSpan span, double perMinute, double phi = 0, Func<long, int>? networks = null)
    {
        var scatter = 1.0;
        var perFiveMinutes = Detector.Grid.Count(TimeSpan.FromMinutes(5));
        foreach (var i in Enumerable.Range(0, Detector.Grid.Count(span)))
        {
            if (phi > 0 && i % perFiveMinutes == 0) scatter = _chance.Scatter(phi);
            Close(_chance.Count(perMinute * scatter * Detector.Grid.Length.TotalMinutes), networks);
        }

        return this;
    }

    public Watch Gap(int buckets)
    {
        for (var i = 0; i < buckets; i++) Close(null);
        return this;
    }

    public Verdict Close(long? reports, Func<long, int>? networks = null)
    {
        Said.Add(Detector.Close(Bucket++, reports, networks?.Invoke(reports ?? 0) ?? 0));
        return Said[^1];
    }

    /// <summary>How many closes it takes until it says the level.</summary>
    public int ClosesUntil(Level level, double perMinute, int atMost = 1000)
    {
        for (var closes = 1; closes <= atMost; closes++)
            if (Close(_chance.Count(perMinute * Detector.Grid.Length.TotalMinutes)).Level == level) return closes;
        return int.MaxValue;
    }
}
