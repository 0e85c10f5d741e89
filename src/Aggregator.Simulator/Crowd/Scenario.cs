using System.Collections.Frozen;
using System.Collections.Immutable;
using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>What happened on a day, as the crowd felt it. All times are UTC.</summary>
/// <param name="History">How much ordinary time before it the aggregator is told of.</param>
internal sealed record Scenario(
    string Name, DateTimeOffset Start, DateTimeOffset End, TimeSpan History, ImmutableArray<Series> Series, ImmutableArray<Wave> Waves)
{
    public IEnumerable<ServiceKey> Services => Series.Select(series => series.Key.Service).Distinct();

    /// <summary>The waves that a series feels in a part of the scenario, in the order of their onsets. <c>ALL</c> feels every wave of its service.</summary>
    public IEnumerable<Wave> WavesOf(SeriesKey key, DateTimeOffset from, DateTimeOffset to) => Waves
        .Where(wave => wave.Service == key.Service && (key.Region.IsAll || wave.Peaks.ContainsKey(key.Region)) && wave.Onset < to && wave.Until > from)
        .OrderBy(wave => wave.Onset);
}

/// <summary>The everyday crowd of one service in one region.</summary>
/// <param name="PerHour">Reports per hour, the mean of a working day.</param>
/// <param name="Symptoms">What they complain of: symptoms and their cumulated shares, the last of which is 1.</param>
internal sealed record Series(SeriesKey Key, double PerHour, TimeSpan UtcOffset, Everyday Everyday, ImmutableArray<(string Symptom, double UpTo)> Symptoms)
{
    /// <summary>Ordinary reports per minute at a moment of the scenario.</summary>
    public double PerMinute(DateTimeOffset at) => PerHour / 60 * Everyday.Factor(at, UtcOffset);

    public string SymptomAt(double share)
    {
        foreach (var (symptom, upTo) in Symptoms)
            if (share < upTo) return symptom;
        return Symptoms[^1].Symptom;
    }
}

/// <summary>A surge of reports in some regions.</summary>
/// <param name="Onset">When the trouble begins; the first reports follow as its shape says.</param>
/// <param name="Peaks">Per region, the reports in the fullest 15 minutes, on top of the ordinary ones.</param>
internal sealed record Wave(ServiceKey Service, string Name, DateTimeOffset Onset, WaveShape Shape, FrozenDictionary<RegionCode, double> Peaks)
{
    public DateTimeOffset Until => Onset + Shape.Length;

    /// <summary>Reports of a region between two moments of the scenario, on average.</summary>
    public double Reports(RegionCode region, DateTimeOffset from, DateTimeOffset to) => Peaks.TryGetValue(region, out var peak)
        ? peak / Shape.BestQuarter * (Shape.Sum(to - Onset) - Shape.Sum(from - Onset))
        : 0;
}
