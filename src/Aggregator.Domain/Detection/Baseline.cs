namespace Aggregator.Domain;

/// <summary>What is usual for one series: a profile of the day, times the standing of these days, times a level that wanders around it, and how much counts scatter.</summary>
/// <remarks>
/// <para>Profile: reports per five minutes by quarter of an hour, of working days and of weekends, forgotten over ten days, smoothed by a Gauss kernel
/// of an hour and borrowing a quarter of its weight from the other kind of day. Standing: what the last week was of it, so that growth for good
/// becomes usual within days. Level: reports over profile, followed by a Kalman filter (Kalman 1960)
/// whose state drifts back to 1 within two hours (Uhlenbeck and Ornstein 1930): a busy series is followed within minutes, a nearly empty one hardly.
/// A window is judged by the level at its start, so that an outage does not excuse itself. Overdispersion of counts around such forecasts, by moments
/// at four scales: variance = L + phi L².</para>
/// <para>What teaches is cut off at three standard deviations first (Noufaily et al. 2013 weight past outbreaks down to the same end). A gap teaches nothing.
/// During the first day seen there is no level, the cut is wider, and the mean so far, with a prior, is expected.</para>
/// <para>A peak that recurs at its hour is expected by <see cref="RecurringPeaks"/>; while one is expected nothing else is learned, so that a peak
/// that fails to come does not pass for a lower level.</para>
/// </remarks>
internal sealed partial class Baseline
{
    /// <summary>Between which scales of overdispersion, and how far towards the upper one.</summary>
    public readonly record struct PhiPlace(int Lower, double Part);

    public const int SubStepMinutes = 5;
    private const int Quarters = 96;
    private const int SubStepsPerDay = 1440 / SubStepMinutes;
    private const double LevelMemory = 120;
    private const double StandingMemory = 7 * 1440;
    private const double StandingPrior = 20;
    private const double LeastStanding = 0.01;
    private const double MostStanding = 1000;
    private const double KernelQuarters = 4;
    private const double DayMemory = 10;
    private const double MeanMemory = 14;
    private const double ProfilePrior = 20.0 / 5;
    private const double OtherKindShare = 0.25;
    private const int DaysToKeep = 7;
    private const double Cut = 3;
    private const double OutlierCut = 3.5;
    private const double LeastPerMinute = 1e-4;
    private const double PhiMemory = 14400;

    // In squares of reports expected: what a nearly empty series sees of scatter are its outages, and for weeks it is not believed.
    private const double PhiPriorWeight = 1000;

    // A new service is taken to get two reports a minute until it is seen to get fewer: five reports out of nothing are nothing.
    private const double ColdReports = 4;
    private const double ColdMinutes = 2;

    // The level's variance where nothing is known of it yet, and the least and the most that is believed.
    private const int HourScale = 2;
    private const double LevelVariancePrior = 0.1;
    private const double LeastLevelVariance = 0.005;
    private const double MostLevelVariance = 0.1;

    private static readonly int[] ScaleMinutes = [5, 15, 60, 240];
    private static readonly double[] PhiPrior = [0.04, 0.05, 0.06, 0.07];
    private static readonly float[] Smoothing = GaussKernel();

    private readonly int _stepMinutes;
    private readonly int _subSteps;

    // Working days first, weekends after. Single precision: there are many series, and seven digits are more than a count has.
    private readonly float[] _sums = new float[2 * Quarters];
    private readonly float[] _seen = new float[2 * Quarters];
    private readonly float[] _profile = new float[2 * Quarters];

    // The level at the start of each step, as far back as the longest window begins.
    private readonly double[] _levels;
    private readonly double[] _phi = [.. PhiPrior];
    private readonly double[] _phiExcess = new double[PhiPrior.Length];
    private readonly double[] _phiWeight = new double[PhiPrior.Length];
    private readonly double[] _scaleReports = new double[PhiPrior.Length];
    private readonly double[] _scaleUsual = new double[PhiPrior.Length];
    private readonly double[] _scaleLevel = [.. PhiPrior.Select(_ => 1.0)];
    private double _meanReports;
    private double _meanSeen = 1e-9;
    private double _learned;
    private double _standing = 1;
    private double _standingReports;
    private double _standingUsual;
    private double _level = 1;
    private double _levelVariance = LevelVariancePrior;
    private long _day = long.MinValue;

    // Usual, if no peak were expected, and whether one is.
    private double _usualWithoutPeak;
    private bool _inPeak;

    public Baseline(int stepMinutes)
    {
        _stepMinutes = stepMinutes;
        _subSteps = stepMinutes / SubStepMinutes;
        Peaks = new(stepMinutes);
        _levels = new double[ScanWindows.SpanMinutes / stepMinutes + 2];
        Array.Fill(_levels, 1);
    }

    /// <summary>Less than a day was seen.</summary>
    public bool IsCold => _learned < SubStepsPerDay;

    /// <summary>What the last week was of the profile.</summary>
    public double Standing => _standing;

    /// <summary>The peaks that recur at their hour.</summary>
    public RecurringPeaks Peaks { get; }

    /// <summary>Reports that are expected in the step that was begun last, the level left aside.</summary>
    public double Usual { get; private set; }

    /// <summary>The level that a span of so many minutes will have on average, as forecast from the level at its start.</summary>
    public static double Forecast(double level, double minutes) => 1 + (level - 1) * Fading(minutes);

    /// <summary>The part of a level's excess that is left on average over so many minutes.</summary>
    public static double Fading(double minutes) => LevelMemory / minutes * (1 - Math.Exp(-minutes / LevelMemory));

    /// <summary>The part of a level's excess that is left after so many minutes.</summary>
    public static double Left(double minutes) => Math.Exp(-minutes / LevelMemory);

    /// <summary>The level at the start of the step that a minute lies in; as far back as the longest window.</summary>
    public double LevelAt(long minute) => _levels[Floored.Mod(Floored.Div(minute, _stepMinutes), _levels.Length)];

    /// <summary>Overdispersion of counts over a window; between the scales it is learned at, on a logarithmic scale.</summary>
    public double Phi(PhiPlace place) => (1 - place.Part) * _phi[place.Lower] + place.Part * _phi[place.Lower + 1];

    /// <summary>Where a window of so many minutes lies between the scales.</summary>
    public static PhiPlace PlaceOf(double minutes)
    {
        var upper = 1;
        while (upper < ScaleMinutes.Length - 1 && minutes > ScaleMinutes[upper]) upper++;
        var part = Math.Log(minutes / ScaleMinutes[upper - 1]) / Math.Log((double)ScaleMinutes[upper] / ScaleMinutes[upper - 1]);
        return new(upper - 1, Math.Clamp(part, 0, 1));
    }

    /// <summary>Begins a step: what will be expected in it is settled now, before anything of it is seen.</summary>
    /// <param name="keepsProfile">A spike stands: the profile stays as it was drawn before it.</param>
    public void Begin(long step, bool keepsProfile)
    {
        var minute = step * _stepMinutes;
        var day = Floored.Div(minute, 1440);
        if (day != _day) BeginDay(day, keepsProfile);

        double usual = 0;
        var first = minute / SubStepMinutes;
        for (var i = 0; i < _subSteps; i++) usual += ProfileAt(first + i) * _standing;
        Usual = Math.Max(IsCold ? Math.Max(usual, ColdRate * _stepMinutes) : usual, LeastPerMinute * _stepMinutes);
        _levels[Floored.Mod(step, _levels.Length)] = _level;
        BeginPeak(step);
    }

    /// <summary>Learns from the step that was begun last.</summary>
    /// <param name="seen">The part of the step that was seen, 0 to 1.</param>
    public void End(long step, double reports, double seen)
    {
        var cold = IsCold;
        if (!cold && seen > 0) Peaks.Learn(step, reports, _usualWithoutPeak * seen, _level, _phi[0]);
        if (!_inPeak) Learn(step, reports, seen, cold);
        StartScales((step + 1) * _stepMinutes);
        _learned = Math.Min(_learned + seen * _subSteps, 1e6);
    }

    /// <summary>Takes another standing for the usual from now on.</summary>
    public void Shift(double standing)
    {
        _standing = Math.Clamp(standing, LeastStanding, MostStanding);
        _standingReports = Math.Max(0, _standing * (StandingPrior + _standingUsual) - StandingPrior);
        _level = 1;
    }

    /// <summary>Reports that are usual between two moments, the level of the hour left aside.</summary>
    public double Between(DateTimeOffset from, DateTimeOffset to)
    {
        var (start, end) = (SubStepsSinceEpoch(from), SubStepsSinceEpoch(to));

        // What was seen of the first day is spread over all of it: an outage in its first minutes must not pass for the usual.
        var mean = IsCold ? _meanReports / SubStepsPerDay : 0;
        double sum = 0;
        while (start < end)
        {
            var sub = Math.Floor(start);
            var next = Math.Min(sub + 1, end);
            var usual = Math.Max(ProfileAt((long)sub) * _standing, mean);
            sum += Math.Max(usual, Peaks.At(Floored.Div((long)sub, _subSteps)) / _subSteps) * (next - start);
            start = next;
        }

        return sum;
    }

    private static float[] GaussKernel()
    {
        var reach = (int)Math.Ceiling(2.5 * KernelQuarters);
        var weights = Enumerable.Range(-reach, 2 * reach + 1).Select(i => Math.Exp(-0.5 * i * i / (KernelQuarters * KernelQuarters))).ToArray();
        return [.. weights.Select(weight => (float)(weight / weights.Sum()))];
    }

    private static double SubStepsSinceEpoch(DateTimeOffset at) =>
        (double)(at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / (SubStepMinutes * TimeSpan.TicksPerMinute);

    private double ColdRate => (_meanReports + ColdReports) / (_meanSeen * SubStepMinutes + ColdMinutes);

    /// <summary>Whether a day since 1970-01-01, a Thursday, is a Saturday or a Sunday.</summary>
    public static bool IsWeekend(long day) => Floored.Mod(day + 3, 7) >= 5;

    private static int KindOf(long day) => IsWeekend(day) ? 1 : 0;

    private void BeginPeak(long step)
    {
        _usualWithoutPeak = Usual;

        // Windows multiply by the level, which a peak of so many reports does not follow.
        var peak = Peaks.At(step) / _level;
        _inPeak = peak > Usual;
        if (_inPeak) Usual = peak;
    }

    // Reports per five minutes in the middle of a sub-step, between the middles of two quarters.
    private double ProfileAt(long subStep)
    {
        var kind = KindOf(Floored.Div(subStep, SubStepsPerDay)) * Quarters;
        var position = (Floored.Mod(subStep, SubStepsPerDay) * SubStepMinutes + SubStepMinutes / 2.0) / 15 - 0.5;
        var left = Math.Floor(position);
        var part = position - left;
        var quarter = (int)left < 0 ? Quarters - 1 : (int)left;
        return (1 - part) * _profile[kind + quarter] + part * _profile[kind + (quarter + 1) % Quarters];
    }
}
