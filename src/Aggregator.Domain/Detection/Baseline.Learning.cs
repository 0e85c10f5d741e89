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
                    var near = (quarter + i - 2 + Quarters) % Quarters;
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

    // What leaves the guard enters the level: the newest ten minutes wait there.
    private void LearnLevel(long step, double reports, double seen)
    {
        var place = Floored.Mod(step, _guardReports.Length);
        _levelReports = _levelReports * _levelKept + _guardReports[place];
        _levelUsual = _levelUsual * _levelKept + _guardUsual[place];
        _guardReports[place] = reports;
        _guardUsual[place] = _usual * seen;
        _level = Math.Clamp((LevelPrior + _levelReports) / (LevelPrior + _levelUsual), 0.05, 50);
    }

    private void LearnScatter(long endMinute, double reports, double expected)
    {
        for (var scale = 0; scale < ScaleMinutes.Length; scale++)
        {
            _scaleReports[scale] += reports;
            _scaleExpected[scale] += expected;
            if (_stepMinutes <= ScaleMinutes[scale] && Floored.Mod(endMinute, ScaleMinutes[scale]) != 0) continue;

            if (_learned >= 2 * SubStepsPerDay)
            {
                var (mean, phi) = (_scaleExpected[scale], _phi[scale]);
                var off = _scaleReports[scale] - mean;
                var kept = Math.Exp(-Math.Max(ScaleMinutes[scale], _stepMinutes) / PhiMemory);
                _phiExcess[scale] = _phiExcess[scale] * kept + Math.Min(off * off, OutlierCut * OutlierCut * (mean + phi * mean * mean)) - mean;
                _phiWeight[scale] = _phiWeight[scale] * kept + mean * mean;
                _phi[scale] = Math.Clamp((_phiExcess[scale] + PhiPriorWeight * PhiPrior) / (_phiWeight[scale] + PhiPriorWeight), 0.005, 0.6);
            }

            (_scaleReports[scale], _scaleExpected[scale]) = (0, 0);
        }
    }
}
