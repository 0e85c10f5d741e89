using System.Collections.Immutable;
using Aggregator.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aggregator.Grains;

/// <remarks>
/// The counts are the store's; what is here is derived and can be lost at any moment. The window holds the last 24 hours,
/// the detector is fed at each bucket close, and minute counts are rolled up for the weeks after. At the end of a minute a region
/// that shows something asks ALL what all regions show together; without an answer its own verdict stands.
/// </remarks>
[GrainType("region")]
internal sealed partial class RegionGrain(
    [PersistentState("region")] IPersistentState<RegionState> state,
    ReportStore store, OpenMarks marks, IOptions<ReportOptions> reports, DetectionOptions detection, SiloStop stop, GrainFaults faults, GrainTelemetry telemetry, TimeProvider clock, ILogger<RegionGrain> logger)
    : Grain, IRegionGrain
{
    private static readonly BucketGrid Grid = BucketGrid.TenSeconds;
    private readonly SlidingWindow _window = new(Grid, TimeSpan.FromHours(24));
    private SpikeDetector _detector = new(Grid, detection);
    private MinuteRollup _minutes = null!;
    private BucketPacking _packing = null!;
    private SeriesKey _series;
    private IServiceGrain? _service;
    private IGrainTimer _timer = null!;
    private TimeSpan _delay;
    private DateTimeOffset _saveAt;
    private RegionNews? _told;
    private Level _loggedLevel = Level.Normal;
    private Level _savedLevel = Level.Normal;
    private Task? _loading;
    private bool _loaded;
    private bool _forgotten;
    private Causes? _causes;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _series = SeriesKey.Parse(this.GetPrimaryKeyString());
        _minutes = new(_series, store, marks, _window);
        _packing = new(_series, store, _window, Spread());
        telemetry.Awake(1);

        // Regions close their buckets within the half second after the bucket, spread so that they do not all do it at once.
        _delay = TimeSpan.FromMilliseconds(200 + (uint)_series.GetHashCode() % 300);
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(UntilNextClose(clock.GetUtcNow()), Timeout.InfiniteTimeSpan) { KeepAlive = true });
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        telemetry.Awake(-1);

        // At its next activation it reads what it has not saved: with its silo all regions end at once, and there is no time to write them all.
        if (_loaded && !_forgotten && !stop.HasBegun) await Save();
    }

    public async Task<RegionGlance> Absorb(ImmutableArray<BucketTally> tallies)
    {
        await Loaded();
        var now = clock.GetUtcNow();
        Causes.Note(ref _causes);
        foreach (var (bucket, tally) in tallies) Hear(bucket, tally, now);
        return new(_detector.Latest.Level, _window.Reports(Quarter), Expected(Quarter, now));
    }

    public async Task Reread()
    {
        // What is read from now on holds what was told of; what is being read already may not.
        if (_loaded || _loading is not null) Miss(Grid.IndexOf(clock.GetUtcNow()) - Grid.PerDay);
        await Loaded();
        await ReadMissed(Grid.IndexOf(clock.GetUtcNow()));
    }

    public async Task<RegionSnapshot> Read()
    {
        await Loaded();
        var now = clock.GetUtcNow();
        _window.SlideTo(now);
        return new(
            _series.Region.Value,
            VerdictDocument.From(_detector.Latest),
            [.. SlidingWindow.Windows.Select(_window.Reports)],
            [.. SlidingWindow.Windows.Select(window => Expected(window, now))],
            _window.Sum(TimeSpan.FromHours(1)).Symptoms.ToImmutableDictionary(),
            Networks(),
            Spark(now),
            Networks(_detector.Latest));
    }

    public async Task<SeriesSnapshot> Series(DateTimeOffset from, DateTimeOffset to, TimeSpan step)
    {
        await Loaded();
        return await new SeriesReader(_series, store, marks, _window, _detector).Read(from, to, step, clock.GetUtcNow());
    }

    public Task Wake()
    {
        // Whoever wakes it may have forgotten what it told.
        _told = null;
        return Loaded();
    }

    public async Task Forget()
    {
        await store.Forget(_series);
        await state.ClearStateAsync();

        // What is still in memory goes with this activation, and is written nowhere.
        _forgotten = true;
        DeactivateOnIdle();
    }

    /// <summary>Reads what the store holds, once; a store that does not answer fails the call, and the next one asks again.</summary>
    /// <remarks>Not at activation: a call can then tell whether what it was told of is read after it came.</remarks>
    private async Task Loaded()
    {
        if (_loaded) return;
        var loading = _loading ??= Load();
        try
        {
            await loading;
        }
        finally
        {
            // Whoever waited for one that failed must not forget another that has begun since: two at once would close each bucket twice.
            if (_loading == loading) _loading = null;
        }
    }

    private async Task Load()
    {
        var now = clock.GetUtcNow();
        var newest = Grid.IndexOf(now);
        await Reread(newest - Grid.PerDay, newest + 7);
        var saved = state.RecordExists && _detector.TryLoad(state.State.Detector);
        var learned = await CatchUp(_detector, newest);

        // Of a day nothing need have been saved: it may just have been brought in, for a hundred thousand series at once.
        if (!saved && learned > 0) LogLearnedAnew(learned > BucketGrid.Minute.PerDay ? LogLevel.Information : LogLevel.Debug, _series, learned);
        _saveAt = now + SaveEvery * Spread();
        state.State.Detector = [];
        _loaded = true;
    }

    private static TimeSpan Quarter => TimeSpan.FromMinutes(15);

    private async Task Reread(long from, long to)
    {
        foreach (var (bucket, tally) in await store.ReadBuckets(_series, from, to)) Hear(bucket, tally, clock.GetUtcNow());
    }

    private void Hear(long bucket, Tally tally, DateTimeOffset now)
    {
        if (_window.Hear(bucket, tally, now) is CountOutcome.Counted or CountOutcome.Early) _minutes.Changed(bucket);
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        if (_forgotten || stop.HasBegun) return;
        try
        {
            await Loaded();
            using var span = BeginJudging();
            var now = clock.GetUtcNow();
            _window.SlideTo(now);
            await CloseBuckets(Grid.IndexOf(now));
            NoteOn(span);

            // Told before it is written: where the store does not answer, that is the news.
            try
            {
                await Tell(now);
            }
            finally
            {
                await _minutes.Write(now);
            }

            await _packing.Pack(now);
            if (_window.IsEmpty && _detector.Latest.Level is Level.Normal or Level.Unknown && _minutes.AllWritten) DeactivateOnIdle();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // The next close tries again: nothing here is lost by being late.
            faults.NotClosed(_series, error);
        }
        finally
        {
            if (_loaded) await SaveWhenDue();
            _timer.Change(UntilNextClose(clock.GetUtcNow()), Timeout.InfiniteTimeSpan);
        }
    }

    private async Task Tell(DateTimeOffset now)
    {
        var verdict = _detector.Latest;
        var since = verdict.Level is Level.Spike or Level.Elevated ? Since(verdict.Since, now) : Tally.Empty;
        var news = new RegionNews(
            _series.Region.Value, VerdictDocument.From(verdict), _window.Reports(Quarter), Math.Round(Expected(Quarter, now), 2), Networks(verdict),
            since.Symptoms.ToImmutableDictionary(), _series.Region.IsAll ? Spark(now) : [], since.Duplicates, since.Quarantined);

        var quiet = verdict.Level == Level.Normal
            && _told is { } told && told.Verdict.Level == verdict.Level && told.Reports15m == news.Reports15m && told.Spark.SequenceEqual(news.Spark);
        if (quiet) return;

        await (_service ??= GrainFactory.GetGrain<IServiceGrain>(_series.Service.Value)).Hear(news);
        _told = news;
        if (_loggedLevel == verdict.Level) return;
        LogVerdict(_series, verdict.Level, verdict.Reason, verdict.Observed, Math.Round(verdict.Expected, 2));
        _loggedLevel = verdict.Level;
    }

    private double Expected(TimeSpan window, DateTimeOffset now) => _detector.Expected(now - window, now);

    /// <summary>Distinct networks since the onset, over the last dedup window at most; without an onset, in the window that decided.</summary>
    private long Networks(Verdict verdict)
    {
        if (_detector.Next is not { } next || verdict.Window == TimeSpan.Zero) return 0;

        // A network is heard once in a dedup window: of an outage under way, the last minutes alone hold hardly one that is heard for the first time.
        var since = verdict.Onset is { } onset ? Grid.StartOf(next) - onset : TimeSpan.Zero;
        var span = since < reports.Value.DedupWindow ? since : reports.Value.DedupWindow;
        var buckets = _window.Between(next - Grid.Count(span > verdict.Window ? span : verdict.Window), next).ToList();
        return Math.Min(buckets.Sum(bucket => bucket.Value.Networks), Math.Max((long)verdict.Observed, buckets.Sum(bucket => bucket.Value.Reports)));
    }

    private long Networks() => _window.Sum(reports.Value.DedupWindow).Networks;

    private Tally Since(DateTimeOffset since, DateTimeOffset now)
    {
        var span = now - since + Grid.Length;
        return _window.Sum(span < Grid.Length ? Grid.Length : span > TimeSpan.FromHours(24) ? TimeSpan.FromHours(24) : span);
    }

    /// <summary>Six hours in steps of a quarter, the last one still growing.</summary>
    private ImmutableArray<long> Spark(DateTimeOffset now) => [.. _window.Steps(now, Quarter, 24)];

    private TimeSpan UntilNextClose(DateTimeOffset now)
    {
        var next = Grid.EndOf(Grid.IndexOf(now - _delay)) + _delay - now;
        return next > TimeSpan.Zero ? next : TimeSpan.FromMilliseconds(1);
    }
}
