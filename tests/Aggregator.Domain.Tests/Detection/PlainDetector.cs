namespace Aggregator.Domain.Tests;

/// <summary>The mathematics of the detector on minutes, slow and plain: it keeps every minute, and sums every window and every profile anew.</summary>
internal sealed class PlainDetector(DateTimeOffset start, double openScore)
{
    private static readonly int[] Windows = [3, 4, 5, 7, 10, 14, 20, 30, 45, 60, 90, 120, 180, 240];
    private static readonly int[] Scales = [5, 15, 60, 240];
    private static readonly double[] PhiPrior = [0.04, 0.05, 0.06, 0.07];

    private readonly List<long?> _counts = [];
    private readonly List<double> _usual = [];
    private readonly List<double> _levels = [];
    private readonly List<(long Minute, double Reports, double Seen, double Divisor)> _lessons = [];
    private readonly double[] _phi = [.. PhiPrior];
    private readonly double[] _excess = new double[4];
    private readonly double[] _weight = new double[4];
    private double[] _profile = new double[192];
    private double _level = 1, _variance = 0.1, _standing = 1, _standingReports, _standingUsual, _learned;
    private int _empty, _unrest, _opened;
    private double _before, _standingBefore;

    public bool Open { get; private set; }

    public double Close(long? reports)
    {
        var minute = _counts.Count;
        if (minute % 5 == 0)
        {
            if (minute % 1440 == 0) DrawProfile(minute / 1440);
            _levels.Add(_level);
            _usual.Add(Usual(minute));
        }

        _counts.Add(reports);
        var score = reports is null ? 0 : Score(minute);
        Watch(minute, score, reports is not null);
        if (minute % 5 == 4) Learn(minute);
        return score;
    }

    private bool Cold => _learned < 288;

    private double Usual(int minute)
    {
        var position = ((minute % 1440) + 2.5) / 15 - 0.5;
        var (left, kind) = ((int)Math.Floor(position), KindOf(minute) * 96);
        var profile = (1 - (position - left)) * _profile[kind + (left + 96) % 96] + (position - left) * _profile[kind + (left + 1) % 96];
        var usual = Math.Max(profile * _standing, 5e-4);
        return Cold ? Math.Max(usual, 5 * (_lessons.Sum(lesson => lesson.Reports) + 4) / (5 * _lessons.Sum(lesson => lesson.Seen) + 2)) : usual;
    }

    private double Score(int minute) => Windows.Where(window => window <= minute - _empty + 1).Select(window =>
    {
        var counts = Last(minute, window).Select(count => count ?? 0).OrderDescending().ToArray();
        var expected = Expected(minute, window, _levels[(minute + 1 - window) / 5], window);
        if (counts.Sum() < 3 || counts.Sum() <= expected) return 0;
        var clusters = 0.3 * (1 - 4.0 / window * (1 - Math.Exp(-window / 4.0))) / (expected + 0.2);
        return Ratio(counts.Skip(2).Sum(), 1.2 * expected * (window - 2) / window + 0.2, Phi(window) + 0.01 + clusters);
    }).Prepend(0).Max();

    private void Watch(int minute, double score, bool seen)
    {
        if (!seen) _unrest = minute;
        if (seen && score >= openScore && !Open) (Open, _unrest, _opened, _before, _standingBefore) = (true, minute, minute, _levels[(minute - 10) / 5], _standing);
        if (!seen || !Open) return;

        var unrest = new[] { 5, 10 }.Max(window =>
        {
            var from = minute + 1 - window;
            var level = (from > _opened ? 1 + (_before - 1) * Math.Exp(-(from - _opened + 10) / 120.0) : _levels[from / 5]) * _standingBefore / _standing;
            var usual = Enumerable.Range(from, window).Sum(at => _counts[at] is null ? 0 : _usual[at / 5] / 5);
            return Ratio(Last(minute, window).Sum(count => count ?? 0), 1.2 * usual * level + 0.2, Phi(window) + 0.01);
        });
        if (unrest >= 1.5) _unrest = minute;
        if (minute - _unrest >= 12) (Open, _empty) = (false, minute + 1);
    }

    private void Learn(int minute)
    {
        var step = Last(minute, 5).ToArray();
        var seen = step.Count(count => count is not null) / 5.0;
        var usual = _usual[minute / 5] * seen;
        var expected = usual * _level;
        for (var scale = 0; scale < 4; scale++)
            if ((minute + 1) % Scales[scale] == 0 && _learned >= 576) LearnPhi(minute, scale);

        var above = Math.Max(Cold ? 2 * expected : 0, 3 * Math.Sqrt(expected + _phi[1] * expected * expected));
        var reports = Math.Min(step.Sum(count => count ?? 0), expected + above + 1);
        _lessons.Add((minute, reports, seen, Math.Max(_level * _standing, 0.05)));
        if (!Cold)
        {
            var gain = _variance * usual / (_variance * usual * usual + expected + 1e-9);
            var (level, kept, lasting) = (Math.Clamp(_level + gain * (reports - expected), 0.05, 50), Math.Exp(-5 / 120.0), Math.Clamp(_phi[2], 0.005, 0.1));
            (_level, _variance) = (1 + (level - 1) * kept, _variance * (1 - gain * usual) * kept * kept + lasting * (1 - kept * kept));

            var week = Math.Exp(-5 / (7 * 1440.0));
            (_standingReports, _standingUsual) = (_standingReports * week + reports, _standingUsual * week + usual / _standing);
            _standing = Math.Clamp((20 + _standingReports) / (20 + _standingUsual), 0.01, 1000);
        }

        _learned += seen;
    }

    private void LearnPhi(int minute, int scale)
    {
        var window = Scales[scale];
        var mean = Expected(minute, window, _levels[(minute + 1 - window) / 5], window);
        var off = Last(minute, window).Sum(count => count ?? 0) - mean;
        var kept = Math.Exp(-window / 14400.0);
        _excess[scale] = _excess[scale] * kept + Math.Min(off * off, 3.5 * 3.5 * (mean + _phi[scale] * mean * mean)) - mean;
        _weight[scale] = _weight[scale] * kept + mean * mean;
        _phi[scale] = Math.Clamp((_excess[scale] + 1000 * PhiPrior[scale]) / (_weight[scale] + 1000), 0.005, 0.6);
    }

    private void DrawProfile(int day)
    {
        var mean = _lessons.Sum(lesson => lesson.Reports * Fade(lesson.Minute, 14)) / Math.Max(1e-9, _lessons.Sum(lesson => lesson.Seen * Fade(lesson.Minute, 14)));
        var prior = 4 / Math.Max(mean / _standing, 5e-4);
        var kernel = Enumerable.Range(-10, 21).Select(i => Math.Exp(-i * i / 32.0)).ToArray();
        var (reports, seen) = (new double[192], new double[192]);
        foreach (var lesson in _lessons)
        {
            var quarter = KindOf(lesson.Minute) * 96 + (int)(lesson.Minute % 1440) / 15;
            reports[quarter] += lesson.Reports / lesson.Divisor * Fade(lesson.Minute, 10);
            seen[quarter] += lesson.Seen * Fade(lesson.Minute, 10);
        }

        _profile = [.. Enumerable.Range(0, 192).Select(place => (4 + Smooth(reports, place)) / (prior + Smooth(seen, place)))];

        // A day's lessons fade from the day after the next on: they are drawn before the forgetting.
        double Fade(long minute, double days) => Math.Exp(-(day - 1 - minute / 1440) / days);
        double Smooth(double[] sums, int place) => kernel.Select((weight, i) =>
        {
            var near = (place % 96 + i - 10 + 96) % 96;
            return weight / kernel.Sum() * (sums[place / 96 * 96 + near] + 0.25 * sums[(1 - place / 96) * 96 + near]);
        }).Sum();
    }

    private double Expected(int minute, int window, double level, double minutes) =>
        Enumerable.Range(minute + 1 - window, window).Sum(at => _counts[at] is null ? 0 : _usual[at / 5] / 5) * (1 + (level - 1) * 120 / minutes * (1 - Math.Exp(-minutes / 120)));

    private double Phi(double window)
    {
        if (window <= 5) return _phi[0];
        var upper = Array.FindIndex(Scales, scale => window <= scale);
        var part = Math.Log(window / Scales[upper - 1]) / Math.Log((double)Scales[upper] / Scales[upper - 1]);
        return (1 - part) * _phi[upper - 1] + part * _phi[upper];
    }

    private IEnumerable<long?> Last(int minute, int window) => _counts.Skip(minute + 1 - window).Take(window);

    private int KindOf(long minute) => start.AddMinutes(minute).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0;

    private static double Ratio(double count, double expected, double phi) => count <= expected ? 0
        : count * Math.Log(count / expected) - (count + 1 / phi) * Math.Log((count + 1 / phi) / (expected + 1 / phi));
}
