using System.Collections.Concurrent;
using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Tells regions what the store now holds; tallies that wait for one region collapse into the newest.</summary>
/// <remarks>Only hints: one that is lost is healed when the region closes the bucket, or reads the store at its next activation.</remarks>
internal sealed partial class RegionHints(IGrainFactory grains, TimeProvider clock, ILogger<RegionHints> logger) : IDisposable
{
    private const int CallsAtOnce = 512;
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<SeriesKey, Pending> _pending = new();
    private readonly ConcurrentDictionary<SeriesKey, (RegionGlance Glance, long At)> _glances = new();
    private readonly SemaphoreSlim _calls = new(CallsAtOnce);

    public void Publish(IReadOnlyDictionary<SeriesKey, List<BucketTally>> touched)
    {
        foreach (var (series, tallies) in touched) Add(series, pending => pending.Merge(tallies));
    }

    /// <summary>Sends regions back to the store: what was appended for them is not known here.</summary>
    public void Reread(IEnumerable<SeriesKey> touched)
    {
        foreach (var series in touched)
        {
            Add(series, pending => pending.Reread = true);
            Add(series with { Region = RegionCode.All }, pending => pending.Reread = true);
        }
    }

    /// <summary>How a region was when it last heard from here; waits a little where that is not known, and never longer.</summary>
    public async Task<RegionGlance?> Glance(SeriesKey series, TimeSpan patience)
    {
        if (_pending.TryGetValue(series, out var pending))
        {
            try
            {
                await pending.Heard.Task.WaitAsync(patience, clock);
            }
            catch (TimeoutException)
            {
                // An answer without these numbers is better than a late one.
            }
        }

        return _glances.TryGetValue(series, out var known) ? known.Glance : null;
    }

    public void Dispose() => _calls.Dispose();

    /// <summary>Forgets glances nobody refreshed.</summary>
    public void Sweep()
    {
        foreach (var (series, glance) in _glances)
        {
            if (clock.GetElapsedTime(glance.At) > Forgotten) _glances.TryRemove(series, out _);
        }
    }

    private void Add(SeriesKey series, Action<Pending> what)
    {
        while (true)
        {
            var pending = _pending.GetOrAdd(series, _ => new());
            lock (pending)
            {
                if (pending.Closed) continue;
                what(pending);
                if (pending.Running) return;
                pending.Running = true;
            }

            _ = Deliver(series, pending);
            return;
        }
    }

    private async Task Deliver(SeriesKey series, Pending pending)
    {
        await Task.Yield();
        while (true)
        {
            await _calls.WaitAsync();
            ImmutableArray<BucketTally> tallies;
            bool reread;
            lock (pending)
            {
                if (pending.IsEmpty)
                {
                    pending.Closed = true;
                    _pending.TryRemove(series, out _);
                    pending.Heard.TrySetResult();
                    _calls.Release();
                    return;
                }

                (tallies, reread) = pending.Take();
            }

            try
            {
                var region = grains.GetGrain<IRegionGrain>(series.ToString());
                if (reread) await region.Reread();
                _glances[series] = (await region.Absorb(tallies), clock.GetTimestamp());
            }
            catch (Exception error)
            {
                LogLost(error, series);
            }
            finally
            {
                _calls.Release();
                pending.Heard.TrySetResult();
            }
        }
    }

    private sealed class Pending
    {
        private readonly Dictionary<long, Tally> _tallies = [];

        public bool Running { get; set; }

        public bool Closed { get; set; }

        public bool Reread { get; set; }

        public bool IsEmpty => _tallies.Count == 0 && !Reread;

        /// <summary>Done when the first call after this came into being has been answered.</summary>
        public TaskCompletionSource Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Merge(List<BucketTally> tallies)
        {
            foreach (var (bucket, tally) in tallies)
                _tallies[bucket] = _tallies.TryGetValue(bucket, out var known) ? known.Max(tally) : tally;
        }

        public (ImmutableArray<BucketTally> Tallies, bool Reread) Take()
        {
            ImmutableArray<BucketTally> tallies = [.. _tallies.Select(cell => new BucketTally(cell.Key, cell.Value))];
            var reread = Reread;
            _tallies.Clear();
            Reread = false;
            return (tallies, reread);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Series} did not hear a tally; it will read it from the store")]
    private partial void LogLost(Exception error, SeriesKey series);
}
