using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>A span over which a series was seen as a spike.</summary>
/// <param name="First">When it was first seen so.</param>
/// <param name="Last">When it was last seen so.</param>
/// <param name="Over">Whether it has been seen calm since.</param>
/// <param name="Inherited">Whether it was so at the very first look: nothing of this replay's making.</param>
internal sealed record Episode(DateTimeOffset First, DateTimeOffset Last, bool Over, bool Inherited);

/// <summary>Remembers, from one look at <c>/v1/spikes</c> to the next, which series were spikes and when.</summary>
internal sealed class Sightings
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SeriesKey, List<Episode>> _episodes = [];
    private readonly Dictionary<SeriesKey, SpikeAnswer> _worst = [];
    private Dictionary<SeriesKey, SpikeAnswer> _latest = [];
    private bool _looked;

    /// <summary>Takes in one look; answers the series that have just become spikes.</summary>
    public IReadOnlyList<SpikeAnswer> Look(DateTimeOffset at, IEnumerable<SpikeAnswer> spikes)
    {
        lock (_lock)
        {
            var begun = new List<SpikeAnswer>();
            _latest = [];
            foreach (var spike in spikes)
                if (ServiceKey.TryParse(spike.Service, out var service) && RegionCode.TryParse(spike.Region, out var region)) _latest[new(service, region)] = spike;

            foreach (var (key, spike) in _latest.Where(one => one.Value.IsSpike))
            {
                if (!_episodes.TryGetValue(key, out var episodes)) _episodes[key] = episodes = [];
                if (episodes is [.., { Over: false } last]) episodes[^1] = last with { Last = at };
                else
                {
                    episodes.Add(new(at, at, Over: false, Inherited: !_looked));
                    begun.Add(spike);
                }

                if (!_worst.TryGetValue(key, out var worst) || (spike.Ratio ?? 0) > (worst.Ratio ?? 0)) _worst[key] = spike;
            }

            foreach (var (key, episodes) in _episodes)
            {
                // A series out of sight is neither calm nor worse.
                if (_latest.TryGetValue(key, out var now) && (now.IsSpike || now.IsUnknown)) continue;
                episodes[^1] = episodes[^1] with { Over = true };
            }

            _looked = true;
            return begun;
        }
    }

    public IReadOnlyList<Episode> EpisodesOf(SeriesKey key)
    {
        lock (_lock) return _episodes.TryGetValue(key, out var episodes) ? [.. episodes] : [];
    }

    /// <summary>The series as the last look showed it; null where it was at its usual level.</summary>
    public SpikeAnswer? LatestOf(SeriesKey key)
    {
        lock (_lock) return _latest.GetValueOrDefault(key);
    }

    /// <summary>The look at which the series stood highest above the usual.</summary>
    public SpikeAnswer? WorstOf(SeriesKey key)
    {
        lock (_lock) return _worst.GetValueOrDefault(key);
    }

    /// <summary>Every series that was a spike at some look.</summary>
    public IReadOnlyList<SeriesKey> Seen
    {
        get
        {
            lock (_lock) return [.. _episodes.Keys];
        }
    }

    public bool AnySpikeNow
    {
        get
        {
            lock (_lock) return _latest.Values.Any(spike => spike.IsSpike);
        }
    }
}
