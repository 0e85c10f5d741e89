namespace Aggregator.Simulator;

/// <summary>A detector as it stands in the books, for comparison only: counts by minute in, a score per minute out, each from the counts up to its own minute.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Scores">Larger means surer; -1 is a gap.</param>
internal sealed record TextbookDetector(string Name, Func<int[], float[]> Scores)
{
    public static IReadOnlyList<TextbookDetector> All { get; } =
    [
        new("ratio to the average of this time of day, 15 min, at least 10", RatioToAverage.Scores),
        new("z-score, seasonal (Prometheus rules)", SeasonalZScore.Scores),
        new("EARS C2, same time of day", EarsC2.Scores),
        new("Farrington flexible, 15 min, 14 days", Farrington.Scores),
        new("Holt-Winters (Brutlag), 5 min", HoltWinters.Scores),
    ];

    /// <summary>The scores of every series of a set.</summary>
    public float[][] Judge(LabelledSet set)
    {
        var scores = new float[set.Counts.Length][];
        Parallel.For(0, scores.Length, series => scores[series] = Scores(set.Counts[series]));
        return scores;
    }
}
