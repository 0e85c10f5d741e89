namespace Aggregator.Domain;

/// <summary>Judges one series, bucket by bucket, and learns what is usual for it.</summary>
/// <remarks>
/// <para>Expected is <see cref="Baseline"/>: profile of the day times the standing of the week times the level at the start of a window. The score is the largest log likelihood ratio
/// of negative binomial counts (Höhle and Paul 2008) over windows from 30 seconds to four hours (<see cref="ScanWindows"/>).</para>
/// <para>One score, two thresholds. A score of <see cref="DetectionOptions.ElevatedScore"/> opens an episode, and one of
/// <see cref="DetectionOptions.SpikeScore"/> makes it a spike until it ends. It ends when the last 5 and 10 minutes have shown nothing
/// for twelve minutes in sight and the rate has fallen from that of the spike (<see cref="Recovery"/>); then the windows are emptied, so that old evidence
/// cannot open it again. What has gone on for two days is the new usual: the baseline takes it over, and the reason says so.</para>
/// <para>A few kB; a judgement allocates nothing. Not thread-safe: a detector belongs to one grain.</para>
/// </remarks>
public sealed partial class SpikeDetector
{
    private const int QuietMinutes = 12;
    private const double Calm = 1.5;
    private const int BeforeMinutes = 10;
    private const int FewReports = 10;

    // So long after an episode became the usual its end is told as such.
    private static readonly TimeSpan NewUsualTold = TimeSpan.FromHours(1);

    // More reports in a bucket than this say nothing more, and sums of them stay far from overflow.
    private const long MostReports = 1_000_000_000_000;

    private readonly DetectionOptions _options;
    private readonly int _perStep;
    private Baseline _baseline;
    private ScanWindows _windows;
    private long? _step;
    private double _stepReports;
    private long _stepSeen;
    private long _gaps;
    private bool _open;
    private bool _spike;
    private long _unrestAt;
    private LevelBefore _before;
    private Recovery _recovery;
    private long _newUsualThrough = long.MinValue;
    private long _opened;
    private DateTimeOffset _spikeSince;
    private DateTimeOffset _onset;
    private double _surest;

    /// <param name="grid">Buckets of 10 s to 1 h that divide a minute, five minutes, or an hour into quarters.</param>
    /// <exception cref="ArgumentOutOfRangeException">Buckets of another length.</exception>
    public SpikeDetector(BucketGrid grid, DetectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var seconds = (long)grid.Length.TotalSeconds;
        if (!(seconds is >= 10 and <= 60 && 60 % seconds == 0) && seconds is not (300 or 900 or 1800 or 3600))
            throw new ArgumentOutOfRangeException(nameof(grid), grid.Length, "A series is judged in 10 to 60 seconds that divide a minute, or in 5, 15, 30 or 60 minutes.");

        (Grid, _options) = (grid, options);
        var step = TimeSpan.FromMinutes(Math.Max(Baseline.SubStepMinutes, grid.Length.TotalMinutes));
        _perStep = grid.Count(step);
        _baseline = new((int)step.TotalMinutes);
        _windows = new(grid, options.NetworkShare);
    }

    /// <summary>How far back a judgement looks: the longest window.</summary>
    public static TimeSpan Reach { get; } = TimeSpan.FromMinutes(ScanWindows.SpanMinutes);

    public BucketGrid Grid { get; }

    /// <summary>The first bucket that has not been closed yet; none before anything was closed or learned.</summary>
    public long? Next { get; private set; }

    /// <summary>The verdict of the last close.</summary>
    public Verdict Latest { get; private set; } = default(Verdict) with { Reason = VerdictReason.NoBaselineYet };

    /// <summary>Closes the next bucket in turn: judges it, then learns from it. Buckets left out are gaps; one closed before is not closed again.</summary>
    /// <param name="bucket">Its index on the grid; buckets are closed in order, none twice.</param>
    /// <param name="reports">Counted reports in it, or null for a gap, which is neither judged nor learned from.</param>
    /// <param name="networks">Networks heard in it for the first time within the dedup window; 0 where they are not known.</param>
    public Verdict Close(long bucket, long? reports, int networks = 0)
    {
        if (reports is { } negative) ArgumentOutOfRangeException.ThrowIfNegative(negative, nameof(reports));
        if (bucket < Next) return Latest;

        if (Next is { } next && bucket > next) LoseSight(bucket - 1, bucket - next);
        Next = bucket + 1;
        Enter(Floored.Div(bucket, _perStep));
        if (reports is { } seen) Judge(bucket, Math.Min(seen, MostReports), Math.Max(0, networks));
        else LoseSight(bucket, 1);
        return Latest;
    }

    /// <summary>Whether this series has shown something in the bucket closed last that the other regions of its service might bear out: see <see cref="Weigh"/>.</summary>
    public bool AsksTheRest => _gaps == 0 && Latest.Level != Level.Unknown && _windows.AsksTheRest;

    /// <summary>The long windows of the minute closed last, empty after a gap: what a detector of all regions together tells the detectors of each.</summary>
    public ReadOnlySpan<WindowSum> Sums => _windows.Sums;

    /// <summary>Judges the bucket closed last once more, in the light of what all regions of the service show together.</summary>
    /// <param name="whole">The <see cref="Sums"/> of all regions, this one included, of the same minute; those of other windows are not heard.</param>
    public Verdict Weigh(ReadOnlySpan<WindowSum> whole)
    {
        if (Next is not { } next || !AsksTheRest) return Latest;
        var before = Latest.Score;
        var evidence = _windows.WithRest(_baseline, whole);
        if (evidence.Score > before) Decide(next - 1, evidence);
        return Latest;
    }

    /// <summary>Reports that are usual between two moments, for this hour of the week.</summary>
    public double Expected(DateTimeOffset from, DateTimeOffset to) => _baseline.Between(from, to);

    /// <summary>Where the count between two moments lies in 95 cases of 100.</summary>
    public (double Low, double High) Usual(DateTimeOffset from, DateTimeOffset to) =>
        UsualRange.Of(Expected(from, to), _baseline.Phi(Baseline.PlaceOf((to - from).TotalMinutes)));

    private void Judge(long bucket, long reports, int networks)
    {
        _gaps = 0;
        _stepReports += reports;
        _stepSeen++;
        _windows.Add(bucket, reports, _baseline.Usual / _perStep, networks);
        Decide(bucket, _windows.Judge(_baseline));
    }

    private void Decide(long bucket, Evidence evidence)
    {
        var slot = _windows.SlotOf(bucket);
        if (evidence.Score >= Math.Min(_options.ElevatedScore, _options.SpikeScore) && !_open)
        {
            (_open, _unrestAt, _opened, _surest) = (true, slot, bucket, 0);
            var minute = BucketGrid.Minute.IndexOf(Grid.StartOf(bucket));
            _before = new(_baseline.LevelAt(minute - BeforeMinutes), _baseline.Standing, minute - BeforeMinutes, minute);
            _recovery = new(evidence.Observed, evidence.Expected);
        }

        if (evidence.Score >= _options.SpikeScore && !_spike)
            (_spike, _unrestAt, _spikeSince) = (true, slot, Grid.StartOf(_windows.OnsetIn(evidence, _baseline)));

        // The window that says most knows best where the trouble began; what begins after it was first seen tells of its growth.
        if (_open && evidence.Score > _surest && evidence.From <= _opened)
        {
            var onset = _windows.OnsetIn(evidence, _baseline);
            // Of what is further back only the minute is known: the bucket found in it before is nearer.
            if (_windows.SlotOf(onset) != _windows.SlotOf(Grid.IndexOf(_onset))) _onset = Grid.StartOf(onset);
            _surest = evidence.Score;
        }

        if (_open && _windows.EndsSlot(bucket)) EndIfOver(bucket, slot);
        Latest = Say(bucket, evidence, easing: slot > _unrestAt + 1);
    }

    private void EndIfOver(long bucket, long slot)
    {
        if (_windows.Unrest(_baseline, _before) >= Calm) _unrestAt = slot;
        var (reports, usual) = _windows.Newest;
        _recovery.Add(slot, reports, usual * _before.At(_windows.NewestMinute, _baseline), _windows.SlotMinutes);

        // Old evidence is forgotten at the first calm, so that it cannot open the next episode, or keep this one.
        var isCalm = slot - _unrestAt >= _windows.Slots(QuietMinutes);
        if (isCalm && !_windows.IsEmptiedAfter(_unrestAt)) _windows.ForgetThrough(bucket);

        var isOver = isCalm && (!_spike || _recovery.IsOver);
        if (!isOver && !_recovery.IsNewUsual) return;

        if (!isOver)
        {
            _baseline.Shift(_before.Standing * Math.Max(1, _recovery.Ratio));
            _newUsualThrough = bucket + Grid.Count(NewUsualTold) - 1;
            _windows.ForgetThrough(bucket);
        }

        (_open, _spike) = (false, false);
    }

    private Verdict Say(long bucket, Evidence evidence, bool easing)
    {
        var level = _spike ? Level.Spike : _open ? Level.Elevated : Level.Normal;
        var reason = _baseline.IsCold ? VerdictReason.NoBaselineYet : level switch
        {
            Level.Spike => easing ? VerdictReason.Easing : VerdictReason.FarAboveUsual,
            Level.Elevated => VerdictReason.AboveUsual,
            _ when bucket <= _newUsualThrough => VerdictReason.BecameUsual,
            _ => evidence.Observed < FewReports && evidence.Observed > 2 * evidence.Expected ? VerdictReason.BelowFloor : VerdictReason.AsUsual,
        };
        var since = level == Level.Spike ? _spikeSince : level == Latest.Level && Latest.Since != default ? Latest.Since : Grid.EndOf(bucket);
        return new(
            level, reason, evidence.Observed, evidence.Expected, (evidence.Through - evidence.From + 1) * Grid.Length, evidence.Score, since,
            evidence.Phi, _open ? _onset : null);
    }

    // An open spike is remembered through a gap of any length: only calm that was seen ends it. What was seen before a short gap counts on,
    // so that restarts do not keep an incident open; before a long one it says nothing any more.
    private void LoseSight(long through, long buckets)
    {
        var from = _windows.SlotOf(through - buckets + (_gaps > 0 ? 0 : 1));
        var unseen = _windows.SlotOf(through) - from + (_gaps > 0 ? 0 : 1);
        _gaps += buckets;
        _unrestAt = _gaps > Grid.Count(TimeSpan.FromMinutes(QuietMinutes)) ? _windows.SlotOf(through) : Math.Min(_unrestAt + unseen, _windows.SlotOf(through));
        _windows.ForgetSums();
        if (_gaps >= 2 && Latest.Level != Level.Unknown) Latest = Verdict.Blind(Grid.EndOf(through));
    }
}
