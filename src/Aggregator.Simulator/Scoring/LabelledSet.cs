namespace Aggregator.Simulator;

/// <summary>What a labelled span of a series was.</summary>
internal enum LabelClass
{
    /// <summary>An outage that must be found.</summary>
    Incident = 0,

    /// <summary>An outage too small to be asked for: finding it is neither a merit nor a false alarm.</summary>
    Optional = 1,

    /// <summary>Reports that bots made up.</summary>
    BotBurst = 2,

    /// <summary>An announced busy day: more reports, nothing broken.</summary>
    BusyDay = 3,
}

/// <summary>A span of one series of which it is known what happened.</summary>
/// <param name="Series">The place of the series in its set.</param>
/// <param name="StartMinute">Its first minute, counted from the first bucket of the set.</param>
/// <param name="EndMinute">Its last minute.</param>
/// <param name="Kind">The shape it was given, such as <c>ramp</c>.</param>
/// <param name="Z15">Its size: extra reports in its fullest 15 minutes, in standard deviations of what is usual.</param>
/// <param name="Class">What it was.</param>
internal readonly record struct LabelledEpisode(int Series, double StartMinute, double EndMinute, string Kind, double Z15, LabelClass Class);

/// <summary>Counted series with the truth beside them: read from files, or drawn by a generator.</summary>
/// <param name="Names">The series.</param>
/// <param name="MeanPerMinute">Their true mean of reports per minute; not a number where nobody knows.</param>
/// <param name="Episodes">What happened in them.</param>
/// <param name="Interval">The length of a bucket.</param>
/// <param name="Counts">Reports by series and bucket; -1 is a gap.</param>
/// <param name="Networks">New networks by series and bucket, where they are known.</param>
internal sealed record LabelledSet(
    IReadOnlyList<string> Names, IReadOnlyList<double> MeanPerMinute, IReadOnlyList<LabelledEpisode> Episodes, TimeSpan Interval,
    int[][] Counts, int[][]? Networks = null)
{
    public int Buckets => Counts.Length == 0 ? 0 : Counts[0].Length;
}
