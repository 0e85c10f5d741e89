using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Aggregator.Grains;

/// <summary>Counts and judges one service in one region, or in all of them together. Key: <c>service|REGION</c>.</summary>
[Alias("region")]
public interface IRegionGrain : IGrainWithStringKey
{
    /// <summary>Hears what the store holds in some buckets. Hearing it twice, late or out of order changes nothing.</summary>
    [Alias("absorb"), ResponseTimeout("00:00:15")]
    Task<RegionGlance> Absorb(ImmutableArray<BucketTally> tallies);

    /// <summary>Reads the buckets of the last day anew from the store: some tallies may have been lost on their way.</summary>
    [Alias("reread")]
    Task Reread();

    /// <summary>Everything people want to know of a region now; from memory, even while the region waits for the store.</summary>
    [Alias("read"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<RegionSnapshot> Read();

    /// <summary>Counts along time, from <paramref name="from"/> to <paramref name="to"/> in steps of whole multiples of 10 seconds.</summary>
    [Alias("series"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<SeriesSnapshot> Series(DateTimeOffset from, DateTimeOffset to, TimeSpan step);

    /// <summary>Sets minute counts of the past; nothing is judged.</summary>
    [Alias("import")]
    Task Import(ImmutableArray<MinuteRun> runs);

    /// <summary>Only for ALL: sets its minute counts in those hours (hours since 1970) to the sums of the regions'.</summary>
    [Alias("add-up")]
    Task AddUp(ImmutableArray<long> hours);

    /// <summary>Learns the baseline anew from the minute counts.</summary>
    [Alias("relearn")]
    Task Relearn();

    /// <summary>Makes sure that the region is awake and judging; it tells its service how it is at its next close, changed or not.</summary>
    [Alias("wake"), AlwaysInterleave]
    Task Wake();

    /// <summary>What the long windows of this series show at the close of a bucket; it closes the bucket where it has not yet. Empty where that bucket was not the last one closed.</summary>
    [Alias("sums")]
    Task<ImmutableArray<WindowSumDocument>> Sums(long bucket);

    /// <summary>Deletes all that was counted and learned of it, in the store and in memory.</summary>
    [Alias("forget")]
    Task Forget();
}
