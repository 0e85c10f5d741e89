namespace Aggregator.Benchmarks;

/// <summary>What a detector that has learned keeps in memory, and what it saves.</summary>
/// <remarks>Reach: a few kB, at most 12 kB.</remarks>
internal static class SeriesMemory
{
    private const int Series = 20_000;

    public static string Measure()
    {
        byte[][] saved = [.. LearnedSeries.Volumes.Select(volume => LearnedSeries.Saved(volume, at: TimeSpan.FromHours(12), live: TimeSpan.FromHours(5)))];
        _ = LearnedSeries.Fleet(saved, Series / 10);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var fleet = LearnedSeries.Fleet(saved, Series);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before - (long)Series * IntPtr.Size;
        GC.KeepAlive(fleet);
        return $"Memory of one series: {(double)bytes / Series:N0} B on the heap (mean of {Series:N0}), {saved.Max(state => state.Length):N0} B saved.";
    }
}
