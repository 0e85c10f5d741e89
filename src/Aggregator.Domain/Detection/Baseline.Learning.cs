namespace Aggregator.Domain;

internal sealed partial class Baseline
{
    private void BeginDay(long day)
    {
        var mean = Math.Max(_meanReports / _meanSeen, LeastPerMinute * SubStepMinutes);
        for (var kind = 0; kind < 2; kind++)
        {
            for (var quarter = 0; quarter < Quarters; quarter++)
            {
                double reports = ProfilePrior, seen = ProfilePrior / mean;
                for (var i = 0; i < Smoothing.Length; i++)
                {
                    var near = (quarter + i - Smoothing.Length / 2 + Quarters) % Quarters;
                    var (own, other) = (kind * Quarters + near, (1 - kind) * Quarters + near);
                    reports += Smoothing[i] * (_sums[own] + OtherKindShare * _sums[other]);
                    seen += Smoothing[i] * (_seen[own] + OtherKindShare * _seen[other]);
                }

                _profile[kind * Quarters + quarter] = (float)(reports / seen);
            }
        }

        if (_day != long.MinValue) ForgetDays(Math.Min(day - _day, 60));
        _day = day;
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
