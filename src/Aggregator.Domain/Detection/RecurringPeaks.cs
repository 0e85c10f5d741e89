namespace Aggregator.Domain;

/// <summary>Short peaks of one series that come back at their hour: a game's daily reset, a weekly show, the start of a shift.</summary>
/// <remarks>
/// <para>The profile of the day is smooth and learns from winsorised counts, so it never learns a peak that is short and high. This class remembers each span in which
/// a series got about twice its usual reports or more, with its time and its rate. A span is a maximal segment of a cumulative sum (Page 1954; Ruzzo and Tompa
/// 1999): each step adds its log likelihood ratio of "twice the usual" against "the usual", less a cost.</para>
/// <para>A peak is expected once it came at its hour, give or take ten minutes, on three of the last four days of its kind (working days or weekends), or on three
/// of the last four same days of the week. Expected is the mean rate of those. A span of more than four hours is an outage or a new level, not a peak.</para>
/// </remarks>
internal sealed class RecurringPeaks(int stepMinutes)
{
    private const int MostPeaks = 64;
    private const int Days = 28;
    private const int DaysOfKind = 4;
    private const int DaysNeeded = 3;
    private const int EdgeMinutes = 10;
    private const int LongestMinutes = 240;
    private const double LeastEvidence = 6;

    // What each step costs, so that chance before and after a peak is no part of it.
    private const double StepCost = 0.5;

    // A peak begins and ends within a step: on average it leaves half a step of its span empty.
    private const double EmptyEdges = 0.5;

    private readonly int _perDay = 1440 / stepMinutes;
    private readonly int _edge = (EdgeMinutes + stepMinutes - 1) / stepMinutes;
    private readonly List<Peak> _peaks = [];
    private double _sum;
    private double _level;
    private double _reports;
    private long _first;
    private double _best;
    private double _bestReports;
    private long _bestLast;

    /// <summary>Learns from one step.</summary>
    /// <param name="usual">Reports that are usual for the part of it that was seen, without any peak and with the level left aside.</param>
    /// <param name="level">The level at its start; within a span that at the start of the span counts, which the peak has not touched.</param>
    /// <param name="overdispersion">Of counts over such a step.</param>
    public void Learn(long step, double reports, double usual, double level, double overdispersion)
    {
        if (_sum <= 0) (_first, _level, _reports, _best) = (step, level, 0, 0);

        var expected = usual * _level;
        _sum += (reports * Math.Log(2) - expected) / (1 + overdispersion * expected) - StepCost;
        _reports += reports;
        if (_sum > _best) (_best, _bestReports, _bestLast) = (_sum, _reports, step);
        if (_sum > 0 && _best - _sum < LeastEvidence) return;

        _sum = 0;
        var steps = _bestLast - _first + 1;
        if (_best >= LeastEvidence && steps * stepMinutes <= LongestMinutes) Remember(new((int)_first, (int)steps, (float)(_bestReports / (steps - EmptyEdges))));
    }

    /// <summary>Reports expected of a peak in a step; 0 if none is expected.</summary>
    public double At(long step)
    {
        if (_peaks.Count < DaysNeeded) return 0;

        Span<float> seen = stackalloc float[Days + 1];
        seen.Clear();
        foreach (var peak in _peaks)
        {
            var daysBack = Floored.Div(step - (peak.First - _edge), _perDay);
            var hit = daysBack is >= 1 and <= Days && step - daysBack * _perDay < peak.First + peak.Steps + _edge;
            if (hit) seen[(int)daysBack] = Math.Max(seen[(int)daysBack], peak.PerStep);
        }

        return Math.Max(OnDaysOfKind(seen, Floored.Div(step, _perDay)), OnThisDayOfTheWeek(seen));
    }

    public void Save(BinaryWriter to)
    {
        to.Write(_peaks.Count);
        foreach (var peak in _peaks)
        {
            to.Write(peak.First);
            to.Write(peak.Steps);
            to.Write(peak.PerStep);
        }

        foreach (var number in new[] { _sum, _level, _reports, _best, _bestReports }) to.Write(number);
        to.Write(_first);
        to.Write(_bestLast);
    }

    public void Load(BinaryReader from)
    {
        var count = from.ReadInt32();
        if (count is < 0 or > MostPeaks) throw new FormatException($"{count} peaks; {MostPeaks} at most.");

        _peaks.Clear();
        for (var i = 0; i < count; i++) _peaks.Add(new(from.ReadInt32(), from.ReadInt32(), from.ReadSingle()));
        _sum = from.ReadDouble();
        _level = from.ReadDouble();
        _reports = from.ReadDouble();
        _best = from.ReadDouble();
        _bestReports = from.ReadDouble();
        _first = from.ReadInt64();
        _bestLast = from.ReadInt64();
    }

    private static double OnDaysOfKind(ReadOnlySpan<float> seen, long day)
    {
        var (sum, hits, days) = (0.0, 0, 0);
        for (var back = 1; back <= Days && days < DaysOfKind; back++)
        {
            if (Baseline.IsWeekend(day - back) != Baseline.IsWeekend(day)) continue;
            days++;
            if (seen[back] == 0) continue;
            sum += seen[back];
            hits++;
        }

        return hits >= DaysNeeded ? sum / hits : 0;
    }

    private static double OnThisDayOfTheWeek(ReadOnlySpan<float> seen)
    {
        var (sum, hits) = (0.0, 0);
        for (var back = 7; back <= Days; back += 7)
        {
            if (seen[back] == 0) continue;
            sum += seen[back];
            hits++;
        }

        return hits >= DaysNeeded ? sum / hits : 0;
    }

    private void Remember(Peak peak)
    {
        if (_peaks.Count == MostPeaks) _peaks.RemoveAt(0);
        _peaks.Add(peak);
    }

    /// <param name="First">Its first step.</param>
    /// <param name="PerStep">Reports per step.</param>
    private readonly record struct Peak(int First, int Steps, float PerStep);
}
