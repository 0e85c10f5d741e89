using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>The product's own detector as it is shipped, on minute counts.</summary>
internal static class ShippedDetector
{
    private static readonly long Monday = BucketGrid.Minute.IndexOf(new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));

    /// <summary>A score per minute, each from the counts up to its own; -1 is a gap.</summary>
    public static float[] Scores(int[] counts)
    {
        var detector = new SpikeDetector(BucketGrid.Minute, new());
        var scores = new float[counts.Length];
        for (var minute = 0; minute < counts.Length; minute++)
        {
            var gap = counts[minute] < 0;
            var verdict = detector.Close(Monday + minute, gap ? null : counts[minute]);
            scores[minute] = gap ? 0 : (float)verdict.Score;
        }

        return scores;
    }

    /// <summary>The scores of every series of a set.</summary>
    public static float[][] Judge(LabelledSet set)
    {
        var scores = new float[set.Counts.Length][];
        Parallel.For(0, scores.Length, series => scores[series] = Scores(set.Counts[series]));
        return scores;
    }
}
