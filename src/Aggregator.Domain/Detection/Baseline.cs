namespace Aggregator.Domain;

/// <summary>What is usual for one series: a profile of the day, times a level that follows the last hour, and how much counts scatter around it.</summary>
/// <remarks>
/// <para>Profile: reports per five minutes by quarter of an hour, of working days and of weekends, forgotten over ten days, smoothed
/// over five quarters and borrowing a quarter of its weight from the other kind of day. Level: reports over profile, forgotten over an hour, the last
/// ten minutes kept out so that an outage does not excuse itself. Overdispersion by moments at three scales: variance = L + phi L².</para>
/// <para>What teaches is cut off at three standard deviations first (Noufaily et al. 2013 weight past outbreaks down to the same end). A gap teaches nothing.
/// During the first day seen there is neither level nor cut, and the mean so far, with a prior, is expected.</para>
/// </remarks>
internal sealed partial class Baseline
{
    public const int SubStepMinutes = 5;
    private const int Quarters = 96;
    private const int SubStepsPerDay = 1440 / SubStepMinutes;
    private const int GuardMinutes = 10;
    private const double LevelMemory = 60;
    private const double LevelPrior = 6;
    private const double DayMemory = 10;
    private const double MeanMemory = 14;
    private const double ProfilePrior = 6.0 / 5;
    private const double OtherKindShare = 0.25;
    private const double Cut = 3;
    private const double OutlierCut = 3.5;
    private const double LeastPerMinute = 1e-4;
    private const double PhiPrior = 0.06;
    private const double PhiPriorWeight = 200;
    private const double PhiMemory = 14400;

    // A new service is taken to get two reports a minute until it is seen to get fewer: five reports out of nothing are nothing.
    private const double ColdReports = 4;
    private const double ColdMinutes = 2;

    private static readonly int[] ScaleMinutes = [5, 15, 60];
    private static readonly double[] Smoothing = [1 / 9.0, 2 / 9.0, 3 / 9.0, 2 / 9.0, 1 / 9.0];

    private readonly int _stepMinutes;
    private readonly int _subSteps;
    private readonly double _levelKept;

    // Working days first, weekends after. Single precision: there are many series, and seven digits are more than a count has.
    private readonly float[] _sums = new float[2 * Quarters];
    private readonly float[] _seen = new float[2 * Quarters];
    private readonly float[] _profile = new float[2 * Quarters];

    private readonly double[] _guardReports;
    private readonly double[] _guardUsual;
    private readonly double[] _phi = [PhiPrior, PhiPrior, PhiPrior];
    private readonly double[] _phiExcess = new double[3];
    private readonly double[] _phiWeight = new double[3];
    private readonly double[] _scaleReports = new double[3];
    private readonly double[] _scaleExpected = new double[3];
    private double _meanReports;
    private double _meanSeen = 1e-9;
    private double _learned;
    private double _level = 1;
    private double _levelReports;
    private double _levelUsual;
    private double _usual;
    private long _day = long.MinValue;

    public Baseline(int stepMinutes)
    {
        _stepMinutes = stepMinutes;
        _subSteps = stepMinutes / SubStepMinutes;
        _levelKept = Math.Exp(-stepMinutes / LevelMemory);
        _guardReports = new double[Math.Max(1, GuardMinutes / stepMinutes)];
        _guardUsual = new double[_guardReports.Length];
    }

    /// <summary>Less than a day was seen.</summary>
    public bool IsCold => _learned < SubStepsPerDay;

    /// <summary>Reports expected in the step that was begun last.</summary>
    public double Expected { get; private set; }

    /// <summary>Overdispersion of counts over about so many minutes.</summary>
    public double Phi(double minutes) => _phi[minutes <= 5 ? 0 : minutes <= 20 ? 1 : 2];

    /// <summary>Begins a step: what will be expected in it is settled now, before anything of it is seen.</summary>
    public void Begin(long step)
    {
        var minute = step * _stepMinutes;
        var day = Floored.Div(minute, 1440);
        if (day != _day) BeginDay(day);

        _usual = 0;
        var first = minute / SubStepMinutes;
        for (var i = 0; i < _subSteps; i++) _usual += ProfileAt(first + i);
        Expected = Math.Max(
            IsCold ? Math.Max(_usual, ColdRate * _stepMinutes) : _usual * _level,
            LeastPerMinute * _stepMinutes);
    }

    /// <summary>Learns from the step that was begun last.</summary>
    /// <param name="seen">The part of the step that was seen, 0 to 1.</param>
    public void End(long step, double reports, double seen)
    {
        var expected = Expected * seen;
        var cold = IsCold;
        if (!cold) reports = Math.Min(reports, expected + Cut * Math.Sqrt(expected + _phi[1] * expected * expected) + 1);

        _meanReports += reports;
        _meanSeen += seen * _subSteps;
        LearnProfile(step, reports / (cold ? 1 : Math.Max(_level, 0.05)), seen);
        if (!cold) LearnLevel(step, reports, seen);
        LearnScatter((step + 1) * _stepMinutes, reports, expected);
        _learned = Math.Min(_learned + seen * _subSteps, 1e6);
    }

    /// <summary>Reports that the profile alone expects between two moments.</summary>
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
            sum += Math.Max(ProfileAt((long)sub), mean) * (next - start);
            start = next;
        }

        return sum;
    }

    private static double SubStepsSinceEpoch(DateTimeOffset at) =>
        (double)(at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / (SubStepMinutes * TimeSpan.TicksPerMinute);

    private double ColdRate => (_meanReports + ColdReports) / (_meanSeen * SubStepMinutes + ColdMinutes);

    // 1970-01-01 was a Thursday.
    private static int KindOf(long day) => Floored.Mod(day + 3, 7) >= 5 ? 1 : 0;

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
