using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>Has the store pack the past buckets of one series: a field for each count of the last day would be most of its memory.</summary>
/// <param name="spread">0 to 1: how late in the ten minutes that all series have for it.</param>
internal sealed class BucketPacking(SeriesKey series, ReportStore store, SlidingWindow window, double spread)
{
    // Under way these many are worth a call; of an hour that is over all are.
    private const int Worthwhile = 32;

    private static readonly int Past = BucketGrid.TenSeconds.Count(TimeSpan.FromMinutes(10));
    private static readonly int After = BucketGrid.TenSeconds.Count(TimeSpan.FromHours(2));

    private readonly int _past = Past + (int)(spread * Past);
    private long? _from;

    public async Task Pack(DateTimeOffset now)
    {
        var end = BucketGrid.TenSeconds.IndexOf(now) - _past;
        // What was packed before a start is packed; of what was not, only the last hours may still have grown much.
        var from = _from ??= (end - After) / ReportStore.BucketsPerHour * ReportStore.BucketsPerHour;
        if (end < from + Past) return;

        while (from < end)
        {
            var hour = from / ReportStore.BucketsPerHour;
            var (start, next) = (hour * ReportStore.BucketsPerHour, (hour + 1) * ReportStore.BucketsPerHour);
            var to = Math.Min(end, next);
            var heard = window.Between(to == next ? start : from, to).Count();
            if (heard > 0 && (to == next || heard >= Worthwhile)) await store.Pack(series, hour, (int)(to - start));
            else if (to < next) return;
            _from = from = to;
        }
    }
}
