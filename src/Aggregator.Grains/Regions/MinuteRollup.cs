using System.Collections.Immutable;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>The minute counts of one series: rolled up from its buckets, set by imports, kept for weeks.</summary>
/// <remarks>
/// Rows hold absolute counts, so writing one twice is harmless; only the region's own grain writes them. A minute without a count
/// is a zero where the intake was open and a gap where it was not. Of an imported and a live count for one minute the larger stays.
/// </remarks>
internal sealed class MinuteRollup(SeriesKey series, ReportStore store, OpenMarks marks, SlidingWindow window)
{
    private const int BucketsPerMinute = 6;
    private const int LatelyMinutes = 300;
    private static readonly TimeSpan Quiet = TimeSpan.FromDays(1);

    private readonly HashSet<long> _changed = [];

    public bool AllWritten => _changed.Count == 0;

    public void Changed(long bucket) => _changed.Add(bucket / BucketsPerMinute);

    /// <summary>Writes the minutes that have ended and changed since they were written.</summary>
    public async Task Write(DateTimeOffset now)
    {
        var open = BucketGrid.Minute.IndexOf(now);
        var ended = _changed.Where(minute => minute < open).ToList();
        if (ended.Count == 0) return;

        await Merge(ended.Select(minute => KeyValuePair.Create(minute, (long?)null)));
        _changed.ExceptWith(ended);
    }

    /// <summary>Sets counts of the past.</summary>
    public Task Set(ImmutableArray<MinuteRun> runs) => Merge(runs.SelectMany(run =>
    {
        var first = BucketGrid.Minute.IndexOf(run.From);
        return run.Counts.Select((count, i) => KeyValuePair.Create(first + i, count)).Where(minute => minute.Value is not null);
    }));

    /// <summary>Sets the minutes of ALL in some hours to the sums of the regions'.</summary>
    public async Task AddUp(ImmutableArray<long> hours)
    {
        var (from, to) = (hours.Min(), hours.Max() + 1);
        var regions = await store.ReadRegions(series.Service);
        var rows = await Task.WhenAll(regions.Keys.Select(region => store.ReadMinutes(new(series.Service, region), from, to)));

        var sums = new Dictionary<long, long?>();
        foreach (var (hour, row) in rows.SelectMany(region => region).Where(row => hours.Contains(row.Key)))
        {
            for (var minute = 0; minute < 60; minute++)
            {
                if (row[minute] is { } count) sums[hour * 60 + minute] = (sums.GetValueOrDefault(hour * 60 + minute) ?? 0) + count;
            }
        }

        await Merge(sums);
    }

    /// <summary>Counts minute by minute; what is neither counted nor known to be zero is null.</summary>
    public async Task<long?[]> Read(DateTimeOffset from, DateTimeOffset to)
    {
        var (first, end) = (BucketGrid.Minute.IndexOf(from), BucketGrid.Minute.IndexOf(to));
        if (end <= first) return [];

        var rows = await store.ReadMinutes(series, first / 60, (end - 1) / 60 + 1);
        var sight = await marks.History(first * BucketsPerMinute, end * BucketsPerMinute);
        var counts = new long?[end - first];
        for (var minute = first; minute < end; minute++)
        {
            var kept = rows.TryGetValue(minute / 60, out var row) ? row[(int)(minute % 60)] : null;
            var live = Live(minute);
            counts[minute - first] = live > 0 ? Math.Max(live, kept ?? 0) : kept ?? (sight.IsMinuteOpen(minute) ? 0 : null);
        }

        return counts;
    }

    /// <summary>How many of these minutes there are up to the last one that was imported lately: it holds more than was reported here.</summary>
    public int Imported(DateTimeOffset from, long?[] counts)
    {
        var first = BucketGrid.Minute.IndexOf(from);
        for (var i = counts.Length - 1; i >= Math.Max(0, counts.Length - LatelyMinutes); i--)
        {
            if (counts[i] > Live(first + i)) return i + 1;
        }

        return 0;
    }

    /// <summary>From where a detector has to learn: where it stopped, or the first minute ever kept, or one quiet day ago.</summary>
    public async Task<DateTimeOffset> Earliest(long? next, DateTimeOffset to)
    {
        var oldest = to - ReportStore.MinutesKept;
        if (next is { } stopped)
        {
            var from = BucketGrid.TenSeconds.StartOf(stopped - stopped % BucketsPerMinute);
            return from < oldest ? oldest : from;
        }

        var days = new BucketGrid(TimeSpan.FromDays(1));
        var first = await store.FirstDayWithMinutes(series, days.IndexOf(oldest), days.IndexOf(to) + 1);
        var start = first is { } day ? days.StartOf(day) : to - Quiet;
        return start < to ? start : to;
    }

    /// <summary>Sets minutes to a count, or, where it is null, to what the window has.</summary>
    private async Task Merge(IEnumerable<KeyValuePair<long, long?>> minutes)
    {
        var byHour = minutes.ToLookup(minute => minute.Key / 60);
        if (byHour.Count == 0) return;

        var kept = await store.ReadMinutes(series, byHour.Min(hour => hour.Key), byHour.Max(hour => hour.Key) + 1);
        var changed = new Dictionary<long, MinuteRow>();
        foreach (var hour in byHour)
        {
            var row = kept.GetValueOrDefault(hour.Key) ?? new();
            foreach (var (minute, count) in hour)
            {
                var live = Live(minute);
                var before = row[(int)(minute % 60)];
                var after = count is null ? Math.Max(live, before ?? 0) : Math.Max(live, count.Value);
                if (before == after) continue;
                row[(int)(minute % 60)] = after;
                changed[hour.Key] = row;
            }
        }

        await store.WriteMinutes(series, changed);
    }

    private long Live(long minute)
    {
        if (window.IsEmpty) return 0;
        long sum = 0;
        foreach (var (_, tally) in window.Between(minute * BucketsPerMinute, (minute + 1) * BucketsPerMinute)) sum += tally.Reports;
        return sum;
    }
}
