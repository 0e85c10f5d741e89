using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>The product's own detector as it is shipped, on minute counts.</summary>
internal static class ShippedDetector
{
    private static readonly long Monday = BucketGrid.Minute.IndexOf(new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The scores of every series of a set, a score per minute, each from the counts up to its own; the regions of a service hear what their sum shows.</summary>
    public static float[][] Judge(LabelledSet set)
    {
        var scores = set.Counts.Select(counts => new float[counts.Length]).ToArray();
        Parallel.ForEach(ScoredService.Of(set.Names), service => Judge(set, service, scores));
        return scores;
    }

    private static void Judge(LabelledSet set, ScoredService service, float[][] scores)
    {
        var whole = service.Whole is null ? null : new SpikeDetector(BucketGrid.Minute, new());
        var detectors = service.Columns.Select(_ => new SpikeDetector(BucketGrid.Minute, new())).ToArray();
        for (var minute = 0; minute < set.Counts[service.Columns[0]].Length; minute++)
        {
            var heard = whole is not null && set.Counts[service.Whole!.Value][minute] >= 0;
            if (whole is not null) scores[service.Whole!.Value][minute] = Close(whole, service.Whole.Value, minute);
            for (var i = 0; i < detectors.Length; i++)
            {
                var column = service.Columns[i];
                var score = Close(detectors[i], column, minute);
                if (heard && set.Counts[column][minute] >= 0) score = (float)detectors[i].Weigh(whole!.Sums).Score;
                scores[column][minute] = score;
            }
        }

        float Close(SpikeDetector detector, int column, int minute)
        {
            var gap = set.Counts[column][minute] < 0;
            var verdict = detector.Close(Monday + minute, gap ? null : set.Counts[column][minute]);
            return gap ? 0 : (float)verdict.Score;
        }
    }
}
