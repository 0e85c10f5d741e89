using System.Collections.Immutable;
using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>Counts of one series along time, from the window while it reaches, from the store beyond.</summary>
internal sealed class SeriesReader(SeriesKey series, ReportStore store, OpenMarks marks, SlidingWindow window, SpikeDetector detector)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>A step that has not begun is left out; the one that is going on is given as it is so far.</summary>
    public async Task<SeriesSnapshot> Read(DateTimeOffset from, DateTimeOffset to, TimeSpan step, DateTimeOffset now)
    {
        var begun = step.Ticks == 0 || now < from ? 0 : (int)Math.Min((to - from).Ticks / step.Ticks, (now - from).Ticks / step.Ticks + 1);
        var unit = step.Ticks % Minute.Ticks == 0 ? Minute : BucketGrid.TenSeconds.Length;
        var counts = unit == Minute
            ? await Minutes(from, from + begun * step, now)
            : await Buckets(from, from + begun * step, now);

        var perStep = (int)(step / unit);
        var reports = new long?[begun];
        var (expected, low, high) = (new double[begun], new double[begun], new double[begun]);
        for (var i = 0; i < begun; i++)
        {
            for (var j = i * perStep; j < Math.Min((i + 1) * perStep, counts.Length); j++)
            {
                if (counts[j] is { } count) reports[i] = (reports[i] ?? 0) + count;
            }

            var (begins, ends) = (from + i * step, from + (i + 1) * step);
            expected[i] = Math.Round(detector.Expected(begins, ends), 3);
            (low[i], high[i]) = detector.Usual(begins, ends);
        }

        return new([.. reports], [.. expected], Symptoms(from, to), [.. low], [.. high]);
    }

    private async Task<long?[]> Minutes(DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        try
        {
            var counts = await new MinuteRollup(series, store, marks, window).Read(from, to);

            // The minute that is going on is not a gap merely because its bucket has not been marked yet.
            if (counts.Length > 0 && BucketGrid.Minute.IndexOf(to) > BucketGrid.Minute.IndexOf(now)) counts[^1] ??= 0;
            return counts;
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return FromMemory(from, to, Minute);
        }
    }

    private async Task<long?[]> Buckets(DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var (first, end) = (BucketGrid.TenSeconds.IndexOf(from), BucketGrid.TenSeconds.IndexOf(to));
        var newest = BucketGrid.TenSeconds.IndexOf(now);
        try
        {
            var counts = FromMemory(from, to, BucketGrid.TenSeconds.Length);
            if (first <= newest - BucketGrid.TenSeconds.PerDay)
            {
                foreach (var (bucket, tally) in await store.ReadBuckets(series, first, end)) counts[bucket - first] = tally.Reports;
            }

            if (end > first)
            {
                var sight = await marks.History(first, end);
                for (var i = 0; i < counts.Length; i++)
                {
                    if (counts[i] is null && (first + i == newest || sight.IsOpen(first + i))) counts[i] = 0;
                }
            }

            return counts;
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return FromMemory(from, to, BucketGrid.TenSeconds.Length);
        }
    }

    /// <summary>Without the store a silence cannot be told from a gap: only what was counted is given.</summary>
    private long?[] FromMemory(DateTimeOffset from, DateTimeOffset to, TimeSpan unit)
    {
        var first = BucketGrid.TenSeconds.IndexOf(from);
        var per = (int)(unit / BucketGrid.TenSeconds.Length);
        var counts = new long?[(int)((to - from) / unit)];
        foreach (var (bucket, tally) in window.Between(first, BucketGrid.TenSeconds.IndexOf(to)))
        {
            var i = (bucket - first) / per;
            if (tally.Reports > 0) counts[i] = (counts[i] ?? 0) + tally.Reports;
        }

        return counts;
    }

    private ImmutableDictionary<string, long> Symptoms(DateTimeOffset from, DateTimeOffset to)
    {
        var sum = Tally.Empty;
        foreach (var (_, tally) in window.Between(BucketGrid.TenSeconds.IndexOf(from), BucketGrid.TenSeconds.IndexOf(to))) sum += tally;
        return sum.Symptoms.ToImmutableDictionary();
    }
}
