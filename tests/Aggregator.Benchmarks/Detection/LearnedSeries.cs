using Aggregator.Domain;

namespace Aggregator.Benchmarks;

/// <summary>Series that have learned three weeks and lived through some hours in 10-second buckets: saved once, restored as often as wanted.</summary>
internal static class LearnedSeries
{
    public static readonly BucketGrid Grid = BucketGrid.TenSeconds;

    private const int Days = 21;

    // A Monday; what follows the history is a Monday too.
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reports per minute of a fleet of mixed volume: one in a hundred minutes to a hundred a minute, most of them nearly empty.</summary>
    public static readonly double[] Volumes = [0.003, 0.005, 0.01, 0.01, 0.02, 0.02, 0.05, 0.05, 0.1, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 20, 50, 100];

    /// <summary>A series just before a time of the Monday after its history; it has been live for so long before that, at so many times its volume in the last ten minutes.</summary>
    public static byte[] Saved(double perMinute, TimeSpan at, TimeSpan live, double lately = 1)
    {
        var draw = new Draw((int)(perMinute * 1000) + 1);
        var detector = new SpikeDetector(Grid, new());
        var liveSince = Start.AddDays(Days) + at - live;
        var minutes = new long?[(int)(liveSince - Start).TotalMinutes];
        for (var i = 0; i < minutes.Length; i++) minutes[i] = draw.Count(perMinute * OfDay(i));
        detector.Learn(Start, minutes);

        var end = Grid.IndexOf(Start.AddDays(Days) + at);
        for (var bucket = detector.Next!.Value; bucket < end; bucket++)
            detector.Close(bucket, draw.Count(perMinute / 6 * OfDay(bucket / 6) * (end - bucket <= 60 ? lately : 1)), networks: 1);
        return detector.Save();
    }

    public static SpikeDetector[] Fleet(IReadOnlyList<byte[]> saved, int series) =>
        [.. Enumerable.Range(0, series).Select(i => Restored(new(Grid, new()), saved[i % saved.Count]))];

    public static SpikeDetector Restored(SpikeDetector detector, byte[] saved) =>
        detector.TryLoad(saved) ? detector : throw new InvalidOperationException("What was saved cannot be loaded.");

    /// <summary>Counts of the buckets that follow.</summary>
    public static long[] Counts(double perMinute, int buckets)
    {
        var draw = new Draw(5);
        return [.. Enumerable.Range(0, buckets).Select(_ => draw.Count(perMinute / 6))];
    }

    private static double OfDay(long minute) => 1 - 0.8 * Math.Cos(minute % 1440 / 1440.0 * 2 * Math.PI);
}
