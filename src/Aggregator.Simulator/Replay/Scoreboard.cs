using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>What a row of the final table says.</summary>
internal enum Sight
{
    /// <summary>The wave was seen as a spike.</summary>
    Detected,

    /// <summary>The spike of the wave before it had not ended yet.</summary>
    StillSpike,

    /// <summary>The wave was never seen as a spike.</summary>
    NotDetected,

    /// <summary>No wave, no spike: as it should be.</summary>
    Never,

    /// <summary>A spike where no wave had begun.</summary>
    FalseSpike,

    /// <summary>A spike that was there before the replay began.</summary>
    Inherited,
}

/// <summary>One wave in one series, or one series without a wave, or one spike that nothing explains.</summary>
/// <param name="Onset">The wave's onset in the scenario's time; the replay's start where the wave had begun before it.</param>
internal sealed record ScoreRow(SeriesKey Key, Sight Sight, string? Wave, DateTimeOffset? Onset, DateTimeOffset? RealOnset, DateTimeOffset? Detected)
{
    /// <summary>Real time from onset to detection.</summary>
    public TimeSpan? Delay => Sight == Sight.Detected ? Detected - RealOnset : null;
}

/// <summary>Compares what was seen with what the scenario did.</summary>
internal static class Scoreboard
{
    public static IEnumerable<ScoreRow> Rows(Scenario scenario, ReplayClock clock, DateTimeOffset end, Func<SeriesKey, IReadOnlyList<Episode>> seen)
    {
        // The sum of all regions has a row where it was seen; not every aggregator tells of it.
        var sums = scenario.Services.Select(service => new SeriesKey(service, RegionCode.All)).Where(key => seen(key).Count > 0);
        foreach (var key in scenario.Series.Select(series => series.Key).Concat(sums))
        {
            var waves = scenario.WavesOf(key, clock.Start, end).ToArray();
            var onsets = waves.Select(wave => wave.Onset > clock.Start ? wave.Onset : clock.Start).ToArray();
            var episodes = seen(key);

            if (waves.Length == 0 && episodes.Count == 0) yield return new(key, Sight.Never, null, null, null, null);
            foreach (var episode in episodes.Where(episode => waves.Length == 0 || episode.First < clock.ToReal(onsets[0])))
                yield return new(key, episode.Inherited ? Sight.Inherited : Sight.FalseSpike, null, null, null, episode.First);

            for (var i = 0; i < waves.Length; i++)
            {
                var from = clock.ToReal(onsets[i]);
                var until = i + 1 < waves.Length ? clock.ToReal(onsets[i + 1]) : DateTimeOffset.MaxValue;
                var still = episodes.Any(episode => episode.First < from && (!episode.Over || episode.Last >= from));
                var first = episodes.FirstOrDefault(episode => episode.First >= from && episode.First < until);
                var sight = still ? Sight.StillSpike : first is null ? Sight.NotDetected : Sight.Detected;
                yield return new(key, sight, waves[i].Name, onsets[i], from, still ? null : first?.First);
            }
        }
    }
}
