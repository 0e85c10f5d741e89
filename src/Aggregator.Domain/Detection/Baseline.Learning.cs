using System.Numerics;

namespace Aggregator.Domain;

internal sealed partial class Baseline
{
    private void Learn(long step, double reports, double seen, bool cold)
    {
        var usual = Usual * seen;
        var expected = usual * _level;
        LearnScatter((step + 1) * _stepMinutes, reports, usual);

        // Cold, three times what the day so far expects may teach: a busy new service is learned within the hours, an outage is not.
        var above = Math.Max(cold ? 2 * expected : 0, Cut * Math.Sqrt(expected + _phi[1] * expected * expected));
        reports = Math.Min(reports, expected + above + 1);

        _meanReports += reports;
        _meanSeen += seen * _subSteps;
        LearnProfile(step, reports / Math.Max(_level * _standing, 0.05), seen);
        if (cold) return;

        LearnLevel(reports, usual);
        LearnStanding(reports, usual);
    }

    private void BeginDay(long day, bool keepsProfile)
    {
        // Of a series that is younger than a week nobody knows what a spike is: what it has is learned all the same.
        if (!keepsProfile || _learned < DaysToKeep * SubStepsPerDay) DrawProfile();
        if (_day != long.MinValue) ForgetDays(Math.Min(day - _day, 60));
        _day = day;
    }

    private void DrawProfile()
    {
        var prior = (float)(ProfilePrior / Math.Max(_meanReports / _meanSeen / _standing, LeastPerMinute * SubStepMinutes));
        Span<float> reports = stackalloc float[Quarters], seen = stackalloc float[Quarters];
        for (var kind = 0; kind < 2; kind++)
        {
            Smooth(_sums, kind, reports);
            Smooth(_seen, kind, seen);
            for (var quarter = 0; quarter < Quarters; quarter++)
                _profile[kind * Quarters + quarter] = ((float)ProfilePrior + reports[quarter]) / (prior + seen[quarter]);
        }
    }

    // The kernel over a circle of quarters; what is left of a vector's length does not matter, as 96 is a multiple of all there are.
    private static void Smooth(float[] sums, int kind, Span<float> smoothed)
    {
        var reach = Smoothing.Length / 2;
        Span<float> ring = stackalloc float[Quarters + 2 * reach];
        for (var i = 0; i < ring.Length; i++)
        {
            var quarter = (i - reach + Quarters) % Quarters;
            ring[i] = sums[kind * Quarters + quarter] + (float)OtherKindShare * sums[(1 - kind) * Quarters + quarter];
        }

        for (var at = 0; at < Quarters; at += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (var i = 0; i < Smoothing.Length; i++) sum += Smoothing[i] * new Vector<float>(ring[(at + i)..]);
            sum.CopyTo(smoothed[at..]);
        }
    }

    private void ForgetDays(double days)
    {
        var kept = (float)Math.Exp(-days / DayMemory);
        for (var i = 0; i < _sums.Length; i++)
        {
            _sums[i] *= kept;
            _seen[i] *= kept;
        }

        _meanReports *= Math.Exp(-days / MeanMemory);
        _meanSeen *= Math.Exp(-days / MeanMemory);
    }

    private void LearnProfile(long step, double reports, double seen)
    {
        var first = step * _subSteps;
        for (var i = 0; i < _subSteps; i++)
        {
            var kind = KindOf(Floored.Div(first + i, SubStepsPerDay));
            var quarter = kind * Quarters + Floored.Mod(first + i, SubStepsPerDay) / (15 / SubStepMinutes);
            _sums[quarter] += (float)(reports / _subSteps);
            _seen[quarter] += (float)seen;
        }
    }

    private void LearnStanding(double reports, double usual)
    {
        var kept = Math.Exp(-_stepMinutes / StandingMemory);
        _standingReports = _standingReports * kept + reports;
        _standingUsual = _standingUsual * kept + usual / _standing;
        _standing = Math.Clamp((StandingPrior + _standingReports) / (StandingPrior + _standingUsual), LeastStanding, MostStanding);
    }

    // What was seen says the more of the level the more reports are usual, and the less the level moves by itself.
    private void LearnLevel(double reports, double usual)
    {
        var gain = _levelVariance * usual / (_levelVariance * usual * usual + usual * _level + 1e-9);
        var level = Math.Clamp(_level + gain * (reports - usual * _level), 0.05, 50);
        var kept = Left(_stepMinutes);
        var lasting = Math.Clamp(_phi[HourScale], LeastLevelVariance, MostLevelVariance);
        _level = 1 + (level - 1) * kept;
        _levelVariance = _levelVariance * (1 - gain * usual) * kept * kept + lasting * (1 - kept * kept);
    }

    // Counts of whole spans, against what was forecast for them at their start.
    private void LearnScatter(long endMinute, double reports, double usual)
    {
        for (var scale = 0; scale < ScaleMinutes.Length; scale++)
        {
            _scaleReports[scale] += reports;
            _scaleUsual[scale] += usual;
            if (!EndsScale(scale, endMinute) || _learned < 2 * SubStepsPerDay) continue;

            var minutes = Math.Max(ScaleMinutes[scale], _stepMinutes);
            var (mean, phi) = (_scaleUsual[scale] * Forecast(_scaleLevel[scale], minutes), _phi[scale]);
            var off = _scaleReports[scale] - mean;
            var kept = Math.Exp(-minutes / PhiMemory);
            _phiExcess[scale] = _phiExcess[scale] * kept + Math.Min(off * off, OutlierCut * OutlierCut * (mean + phi * mean * mean)) - mean;
            _phiWeight[scale] = _phiWeight[scale] * kept + mean * mean;
            _phi[scale] = Math.Clamp((_phiExcess[scale] + PhiPriorWeight * PhiPrior[scale]) / (_phiWeight[scale] + PhiPriorWeight), 0.005, 0.6);
        }
    }

    private void StartScales(long minute)
    {
        for (var scale = 0; scale < ScaleMinutes.Length; scale++)
            if (EndsScale(scale, minute)) (_scaleReports[scale], _scaleUsual[scale], _scaleLevel[scale]) = (0, 0, _level);
    }

    private bool EndsScale(int scale, long minute) => _stepMinutes > ScaleMinutes[scale] || Floored.Mod(minute, ScaleMinutes[scale]) == 0;
}
