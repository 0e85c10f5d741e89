namespace Aggregator.Simulator;

/// <summary>Sums over any stretch of one series in minute counts, gaps left out.</summary>
internal sealed class Minutes
{
    private readonly long[] _reports;
    private readonly int[] _seen;

    public Minutes(int[] counts)
    {
        (_reports, _seen) = (new long[counts.Length + 1], new int[counts.Length + 1]);
        for (var i = 0; i < counts.Length; i++)
        {
            _reports[i + 1] = _reports[i] + Math.Max(0, counts[i]);
            _seen[i + 1] = _seen[i] + (counts[i] < 0 ? 0 : 1);
        }
    }

    public int Length => _seen.Length - 1;

    /// <summary>Minutes seen before <paramref name="end"/>, of the last <paramref name="minutes"/>.</summary>
    public int Seen(int end, int minutes) => _seen[Inside(end)] - _seen[Inside(end - minutes)];

    /// <summary>Reports in them.</summary>
    public long Reports(int end, int minutes) => _reports[Inside(end)] - _reports[Inside(end - minutes)];

    /// <summary>Reports per minute seen; not a number where nothing was seen or the stretch begins before the series.</summary>
    public double Rate(int end, int minutes) =>
        end >= minutes && Seen(end, minutes) is var seen and > 0 ? (double)Reports(end, minutes) / seen : double.NaN;

    /// <summary>The reports of whole bins of so many minutes; not a number where a minute of it is a gap.</summary>
    public double[] Bins(int minutes)
    {
        var bins = new double[Length / minutes];
        for (var i = 0; i < bins.Length; i++) bins[i] = Seen((i + 1) * minutes, minutes) == minutes ? Reports((i + 1) * minutes, minutes) : double.NaN;
        return bins;
    }

    /// <summary>A score per minute from scores of bins: each is known from the last minute of its bin on, until the next is.</summary>
    public float[] PerMinute(double[] scores, int minutes)
    {
        var all = new float[Length];
        for (var minute = minutes - 1; minute < Length; minute++) all[minute] = (float)scores[(minute + 1) / minutes - 1];
        return all;
    }

    private int Inside(int minute) => Math.Clamp(minute, 0, Length);
}
