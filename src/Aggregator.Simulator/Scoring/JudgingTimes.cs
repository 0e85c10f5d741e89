namespace Aggregator.Simulator;

/// <summary>How long a judgement takes, measured over short pieces of the latest rows: the median does not mind that the machine was busy with something else.</summary>
internal sealed class JudgingTimes
{
    /// <summary>So many judgements at most are measured as one.</summary>
    public const int Piece = 128;

    private const int Kept = 64;

    private readonly float[] _nanoseconds = new float[Kept];
    private long _measured;

    public void Add(TimeSpan spent, int judgements) => _nanoseconds[_measured++ % Kept] = (float)(spent.TotalNanoseconds / judgements);

    /// <summary>The median over the series together, in nanoseconds.</summary>
    public static double Median(IEnumerable<JudgingTimes> series)
    {
        float[] all = [.. series.SelectMany(times => times._nanoseconds.Take((int)Math.Min(times._measured, Kept)))];
        Array.Sort(all);
        return all.Length == 0 ? 0 : all[all.Length / 2];
    }
}
