using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Tells regions what the store now holds; tallies that wait for one region collapse into the newest.</summary>
/// <remarks>
/// Only hints: one that is lost is healed when the region closes the bucket, or reads the store at its next activation.
/// They are told in rounds with a rest after each, so that telling takes a small part of the machine however many reports come:
/// what is new meanwhile waits, collapsed, for the next round. A report that comes alone is told at once.
/// A region of which only the past changed is told late, a few at a time: a day that is brought in at once would wake them all at once.
/// Whoever asks for it has it told out of turn.
/// </remarks>
internal sealed partial class RegionHints(IGrainFactory grains, TimeProvider clock, ILogger<RegionHints> logger) : BackgroundService
{
    private const int RoundAtMost = 256;
    private const int CallsAtOnce = 256;
    private const int PatientUpTo = 64;
    private const int LateAtOnce = 4;
    private const int LateRest = 1, LateRestWhileMoreCome = 19; // times as long as it took

    private static readonly TimeSpan RestPerCall = TimeSpan.FromMicroseconds(400);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<SeriesKey, RegionEar> _ears = new();
    private readonly Channel<RegionEar> _soon = Channel.CreateUnbounded<RegionEar>(); // each region once: bounded by the catalog
    private readonly Channel<RegionEar> _late = Channel.CreateUnbounded<RegionEar>();
    private readonly SemaphoreSlim _calls = new(CallsAtOnce);
    private long _pastCommits;
    private volatile bool _busy; // the last round was long, and so is the rest after it

    /// <summary>Tells regions what the store holds now, and sends those back to it of which only the past changed.</summary>
    public void Publish(CommitAnswer answer)
    {
        foreach (var (series, tallies) in answer.Touched) Tell(series, ear => ear.Hear(tallies));
        if (answer.Untold.Count > 0) Interlocked.Increment(ref _pastCommits);
        foreach (var series in answer.Untold) Tell(series, ear => ear.MustReread(Turn.Late));
    }

    /// <summary>Sends regions back to the store: what was appended for them is not known here.</summary>
    public void Reread(IEnumerable<SeriesKey> touched)
    {
        foreach (var series in touched)
        {
            Tell(series, ear => ear.MustReread(Turn.Soon));
            Tell(series with { Region = RegionCode.All }, ear => ear.MustReread(Turn.Soon));
        }
    }

    /// <summary>How a region is, as it last said, with the reports it has not heard of yet; waits a little where it has not said for a while.</summary>
    /// <param name="patience">It waits no longer than this, and not at all while many regions wait to be told.</param>
    public async ValueTask<RegionGlance?> Glance(SeriesKey series, TimeSpan patience)
    {
        if (!_ears.TryGetValue(series, out var ear)) return null;
        if (ear.IsFresh(clock, FreshFor) || _busy || _soon.Reader.Count > PatientUpTo) return ear.Glance;

        try
        {
            await ear.NextAnswer().WaitAsync(patience, clock);
        }
        catch (TimeoutException)
        {
            // An answer without these numbers is better than a late one.
        }

        return ear.Glance;
    }

    /// <summary>Has a region told all it does not know yet, before others; for who reads it.</summary>
    public async ValueTask CatchUp(SeriesKey series, TimeSpan patience)
    {
        if (!_ears.TryGetValue(series, out var ear)) return;
        try
        {
            // The first answer may be to what was told before.
            for (var i = 0; i < 2; i++)
            {
                var answer = ear.NextAnswer();
                if (answer.IsCompleted) return;
                if (!await _calls.WaitAsync(patience)) return;
                _ = Deliver(ear, Turn.None);
                await answer.WaitAsync(patience, clock);
            }
        }
        catch (TimeoutException)
        {
            // It is read as it is.
        }
    }

    /// <summary>Forgets regions of which nobody told for a while.</summary>
    public void Sweep()
    {
        foreach (var (series, ear) in _ears)
        {
            if (ear.CloseWhenIdle(clock, Forgotten)) _ears.TryRemove(KeyValuePair.Create(series, ear));
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _calls.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(TellSoon(stoppingToken), TellLate(stoppingToken));

    private async Task TellSoon(CancellationToken stopping)
    {
        while (await _soon.Reader.WaitToReadAsync(stopping))
        {
            var (begun, calls) = (clock.GetTimestamp(), 0);
            while (calls < RoundAtMost && _soon.Reader.TryRead(out var ear))
            {
                await _calls.WaitAsync(stopping);
                _ = Deliver(ear, Turn.Soon);
                calls++;
            }

            _busy = calls > PatientUpTo;
            var rest = Math.Max((RestPerCall * calls).Ticks, clock.GetElapsedTime(begun).Ticks);
            await Rest(TimeSpan.FromTicks(rest), stopping);
        }
    }

    private async Task TellLate(CancellationToken stopping)
    {
        var cameBefore = 0L;
        while (await _late.Reader.WaitToReadAsync(stopping))
        {
            var (begun, came) = (clock.GetTimestamp(), Volatile.Read(ref _pastCommits));
            var told = new List<Task>(LateAtOnce);
            while (told.Count < LateAtOnce && _late.Reader.TryRead(out var ear))
            {
                await _calls.WaitAsync(stopping);
                told.Add(Deliver(ear, Turn.Late));
            }

            await Task.WhenAll(told);
            await Rest((came == cameBefore ? LateRest : LateRestWhileMoreCome) * clock.GetElapsedTime(begun), stopping);
            cameBefore = came;
        }
    }

    private Task Rest(TimeSpan rest, CancellationToken stopping) =>
        Task.Delay(TimeSpan.FromTicks(Math.Clamp(rest.Ticks, ShortestRest.Ticks, LongestRest.Ticks)), clock, stopping);

    private void Tell(SeriesKey series, Func<RegionEar, Turn?> what)
    {
        while (true)
        {
            var ear = _ears.GetOrAdd(series, static (key, hints) => hints.EarOf(key), this);

            // No answer: it was closed a moment ago, and another takes its place.
            if (what(ear) is not { } turn) continue;
            Queue(ear, turn);
            return;
        }
    }

    private RegionEar EarOf(SeriesKey series) => new(series, grains.GetGrain<IRegionGrain>(series.ToString()), clock.GetTimestamp());

    private void Queue(RegionEar ear, Turn turn)
    {
        if (turn == Turn.Soon) _soon.Writer.TryWrite(ear);
        if (turn == Turn.Late) _late.Writer.TryWrite(ear);
    }

    /// <summary>Tells one region; whoever calls it has taken a place among the calls.</summary>
    private async Task Deliver(RegionEar ear, Turn turn)
    {
        try
        {
            if (!ear.TryTake(turn, out var tallies, out var reread)) return;
            using var span = ear.TakeCauses()?.Begin(Tracing.Hint);
            Queue(ear, ear.Answer(await Tell(ear, tallies, reread), clock.GetTimestamp()));
        }
        finally
        {
            _calls.Release();
        }
    }

    private async Task<RegionGlance?> Tell(RegionEar ear, ImmutableArray<BucketTally> tallies, bool reread)
    {
        try
        {
            if (reread) await ear.Region.Reread();
            return await ear.Region.Absorb(tallies);
        }
        catch (Exception error)
        {
            LogLost(error, ear.Series);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Series} did not hear a tally; it will read it from the store")]
    private partial void LogLost(Exception error, SeriesKey series);
}
