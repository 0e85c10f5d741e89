using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>A span of time in steps.</summary>
internal readonly record struct SeriesSpan(DateTimeOffset From, DateTimeOffset To, string Interval, TimeSpan Step);

/// <summary>Reads series as the API offers them.</summary>
internal sealed class SeriesQueries(IGrainFactory grains, RegionHints hints, TimeProvider clock)
{
    private const int PointsAtMost = 10_000;

    // A series shows what its reader has just reported, unless that takes long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, TimeSpan> Intervals = new()
    {
        ["10s"] = TimeSpan.FromSeconds(10),
        ["1m"] = TimeSpan.FromMinutes(1),
        ["5m"] = TimeSpan.FromMinutes(5),
        ["15m"] = TimeSpan.FromMinutes(15),
        ["1h"] = TimeSpan.FromHours(1),
        ["1d"] = TimeSpan.FromDays(1),
    };

    public static RouteParameter Interval { get; } = new("interval", "The length of a step; 5m unless told otherwise.") { Words = [.. Intervals.Keys] };

    /// <summary>The span a query asks for, widened to whole steps; faults go to the query.</summary>
    public SeriesSpan Span(Queries query, int pointsAtMost = PointsAtMost)
    {
        var interval = query.Text("interval") ?? "5m";
        if (!Intervals.TryGetValue(interval, out var step))
        {
            query.Faults["interval"] = $"'interval' is one of {string.Join(", ", Intervals.Keys)}.";
            step = Intervals["1d"];
        }

        var now = clock.GetUtcNow();
        var to = query.Moment("to") ?? now;
        var from = query.Moment("from") ?? to - TimeSpan.FromDays(1);
        if (to > now) to = now;
        if (from >= to && query.Faults.Count == 0) query.Faults["from"] = "'from' lies before 'to', and before now.";
        if (query.Faults.Count > 0) return default;

        var grid = new BucketGrid(step);
        from = grid.StartOf(grid.IndexOf(from));
        to = grid.IndexOf(to) is var last && grid.StartOf(last) == to ? to : grid.EndOf(last);
        if ((to - from) / step > pointsAtMost) query.Faults["interval"] = $"That is more than {pointsAtMost} points; take a longer interval or a shorter span.";
        if (interval == "10s" && from < now - ReportStore.BucketsKept) query.Faults["from"] = $"10-second counts are kept for {ReportStore.BucketsKept.TotalHours} hours; take a longer interval.";
        else if (from < now - ReportStore.MinutesKept) query.Faults["from"] = $"Counts are kept for {ReportStore.MinutesKept.TotalDays} days.";
        return new(from, to, interval, step);
    }

    /// <summary>A span that was not asked for by a query; none where its counts are no longer kept, or cannot be read.</summary>
    public async Task<SeriesAnswer?> Draw(SeriesKey series, DateTimeOffset from, DateTimeOffset to, string interval)
    {
        var grid = new BucketGrid(Intervals[interval]);
        var span = new SeriesSpan(grid.StartOf(grid.IndexOf(from)), grid.EndOf(grid.IndexOf(to)), interval, grid.Length);
        if (span.From < clock.GetUtcNow() - ReportStore.MinutesKept) return null;
        try
        {
            return await Read(series, span);
        }
        catch (Exception error) when (error is OrleansException || StoreFaults.Caused(error))
        {
            return null;
        }
    }

    public async Task<SeriesAnswer> Read(SeriesKey series, SeriesSpan span)
    {
        await hints.CatchUp(series, Patience);
        var read = await grains.GetGrain<IRegionGrain>(series.ToString()).Series(span.From, span.To, span.Step);
        var points = read.Reports.Select((reports, i) => new SeriesPoint(span.From + i * span.Step, reports, read.Expected[i], new(read.Low[i], read.High[i])));
        return new(series.Service.Value, series.Region.Value, span.Interval, [.. points], read.Symptoms);
    }
}
