using System.Collections.Concurrent;
using System.Threading.Channels;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Tells regions what the store now holds; tallies that wait for one region collapse into the newest.</summary>
/// <remarks>
/// Only hints: one that is lost is healed when the region closes the bucket, or reads the store at its next activation.
/// They are told in rounds with a rest after each, so that telling takes a small part of the machine however many reports come:
/// what is new meanwhile waits, collapsed, for the next round. A report that comes alone is told at once.
/// </remarks>
internal sealed partial class RegionHints(IGrainFactory grains, TimeProvider clock, ILogger<RegionHints> logger) : BackgroundService
{
    private const int RoundAtMost = 512;
    private const int CallsAtOnce = 256;
    private const int PatientUpTo = 64;

    private static readonly TimeSpan RestPerCall = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<SeriesKey, RegionEar> _ears = new();
    private readonly Channel<RegionEar> _untold = Channel.CreateUnbounded<RegionEar>(); // each region once: bounded by the catalog
    private readonly SemaphoreSlim _calls = new(CallsAtOnce);
    private int _waiting;

    /// <param name="touched">What the store holds now, of each region that a commit touched.</param>
    public void Publish(IReadOnlyDictionary<SeriesKey, List<BucketTally>> touched)
    {
        foreach (var (series, tallies) in touched) Tell(series, ear => ear.Hear(tallies));
    }

    /// <summary>Sends regions back to the store: what was appended for them is not known here.</summary>
    public void Reread(IEnumerable<SeriesKey> touched)
    {
        foreach (var series in touched)
        {
            Tell(series, ear => ear.MustReread());
            Tell(series with { Region = RegionCode.All }, ear => ear.MustReread());
        }
    }

    /// <summary>How a region is, as it last said, with the reports it has not heard of yet; waits a little where it has not said for a while.</summary>
    /// <param name="patience">It waits no longer than this, and not at all while many regions wait to be told.</param>
    public async ValueTask<RegionGlance?> Glance(SeriesKey series, TimeSpan patience)
    {
        if (!_ears.TryGetValue(series, out var ear)) return null;
        if (ear.IsFresh(clock, FreshFor) || Volatile.Read(ref _waiting) > PatientUpTo) return ear.Glance;

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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _untold.Reader.WaitToReadAsync(stoppingToken))
        {
            var (begun, calls) = (clock.GetTimestamp(), 0);
            while (calls < RoundAtMost && _untold.Reader.TryRead(out var ear))
            {
                await _calls.WaitAsync(stoppingToken);
                _ = Deliver(ear);
                calls++;
            }

            var rest = Math.Max((RestPerCall * calls).Ticks, clock.GetElapsedTime(begun).Ticks);
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(rest, ShortestRest.Ticks, LongestRest.Ticks)), clock, stoppingToken);
        }
    }

    private void Tell(SeriesKey series, Func<RegionEar, bool?> what)
    {
        while (true)
        {
            var ear = _ears.GetOrAdd(series, static (key, clock) => new(key, clock.GetTimestamp()), clock);

            // No answer: it was closed a moment ago, and another takes its place.
            if (what(ear) is not { } waits) continue;
            if (waits)
            {
                Interlocked.Increment(ref _waiting);
                _untold.Writer.TryWrite(ear);
            }

            return;
        }
    }

    private async Task Deliver(RegionEar ear)
    {
        RegionGlance? glance = null;
        try
        {
            var (tallies, reread) = ear.Take();
            var region = grains.GetGrain<IRegionGrain>(ear.Series.ToString());
            if (reread) await region.Reread();
            glance = await region.Absorb(tallies);
        }
        catch (Exception error)
        {
            LogLost(error, ear.Series);
        }
        finally
        {
            _calls.Release();
            if (ear.Answer(glance, clock.GetTimestamp())) _untold.Writer.TryWrite(ear);
            else Interlocked.Decrement(ref _waiting);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Series} did not hear a tally; it will read it from the store")]
    private partial void LogLost(Exception error, SeriesKey series);
}
