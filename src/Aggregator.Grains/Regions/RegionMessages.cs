using System.Collections.Immutable;
using Aggregator.Domain;

namespace Aggregator.Grains;

// Wire types: ids are forever. Add at the end; never renumber, never reuse.

/// <summary>A region in three numbers, for the answer to a report.</summary>
[GenerateSerializer, Immutable, Alias("region-glance")]
public readonly record struct RegionGlance([property: Id(0)] Level Level, [property: Id(1)] long Reports15m, [property: Id(2)] double Expected15m);

/// <summary>A region as it is now.</summary>
/// <param name="Reports">Counted reports per window of <see cref="SlidingWindow.Windows"/>.</param>
/// <param name="Expected">What is usual for the same windows.</param>
/// <param name="Symptoms">Reports of the last hour by symptom.</param>
/// <param name="Networks">Distinct networks of the last dedup window.</param>
/// <param name="VerdictNetworks">Distinct networks since the onset, over the last dedup window at most; without an onset, of the window that decided.</param>
[GenerateSerializer, Immutable, Alias("region-snapshot")]
public sealed record RegionSnapshot(
    [property: Id(0)] string Region,
    [property: Id(1)] VerdictDocument Verdict,
    [property: Id(2)] ImmutableArray<long> Reports,
    [property: Id(3)] ImmutableArray<double> Expected,
    [property: Id(4)] ImmutableDictionary<string, long> Symptoms,
    [property: Id(5)] long Networks,
    [property: Id(6)] ImmutableArray<long> Spark,
    [property: Id(7)] long VerdictNetworks);

/// <summary>What a region tells its service when its level changes, as a heartbeat while it is not quiet, and when its numbers move.</summary>
/// <param name="Networks">Distinct networks since the onset, over the last dedup window at most; without an onset, of the window that decided.</param>
/// <param name="Symptoms">While it is not quiet: reports by symptom since the onset.</param>
/// <param name="Spark">Only from ALL: reports in steps of 15 minutes, oldest first.</param>
/// <param name="Duplicates">While it is not quiet: reports since the onset that were not counted because their reporter had been heard.</param>
/// <param name="Quarantined">While it is not quiet: reports since the onset that were not counted because their network had given its share.</param>
[GenerateSerializer, Immutable, Alias("region-news")]
public sealed record RegionNews(
    [property: Id(0)] string Region,
    [property: Id(1)] VerdictDocument Verdict,
    [property: Id(2)] long Reports15m,
    [property: Id(3)] double Expected15m,
    [property: Id(4)] long Networks,
    [property: Id(5)] ImmutableDictionary<string, long> Symptoms,
    [property: Id(6)] ImmutableArray<long> Spark,
    [property: Id(7)] long Duplicates = 0,
    [property: Id(8)] long Quarantined = 0);

/// <summary>Steps of a series; a gap is a null.</summary>
/// <param name="Low">Where the count of a step lies in 95 cases of 100: from here.</param>
/// <param name="High">To here.</param>
/// <param name="Symptoms">Reports by symptom in the part of the span that is still kept in 10-second buckets.</param>
[GenerateSerializer, Immutable, Alias("series-snapshot")]
public sealed record SeriesSnapshot(
    [property: Id(0)] ImmutableArray<long?> Reports,
    [property: Id(1)] ImmutableArray<double> Expected,
    [property: Id(2)] ImmutableDictionary<string, long> Symptoms,
    [property: Id(3)] ImmutableArray<double> Low,
    [property: Id(4)] ImmutableArray<double> High);

/// <summary>Minute counts in a row; a null is a gap.</summary>
[GenerateSerializer, Immutable, Alias("minute-run")]
public sealed record MinuteRun([property: Id(0)] DateTimeOffset From, [property: Id(1)] ImmutableArray<long?> Counts);

/// <summary>What one long window holds, trimmed of its largest minutes, and what would be expected of it.</summary>
[GenerateSerializer, Immutable, Alias("window-sum")]
public readonly record struct WindowSumDocument(
    [property: Id(0)] double Observed, [property: Id(1)] double Expected, [property: Id(2)] double Overdispersion)
{
    public static ImmutableArray<WindowSumDocument> From(ReadOnlySpan<WindowSum> sums)
    {
        var documents = ImmutableArray.CreateBuilder<WindowSumDocument>(sums.Length);
        foreach (var (observed, expected, overdispersion) in sums) documents.Add(new(observed, expected, overdispersion));
        return documents.MoveToImmutable();
    }

    public WindowSum ToDomain() => new(Observed, Expected, Overdispersion);
}
