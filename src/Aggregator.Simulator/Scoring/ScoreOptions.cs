using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>What <c>score</c> is asked for.</summary>
/// <param name="Grid">The buckets that the rows are.</param>
/// <param name="Start">The start of the first row.</param>
/// <param name="Trace">Where every score goes; null where they are not wanted.</param>
/// <param name="Alerts">Where the episodes go.</param>
/// <param name="Networks">A table of new networks beside the counts.</param>
internal sealed record ScoreOptions(BucketGrid Grid, DateTimeOffset Start, string? Trace, string? Alerts, string? Networks)
{
    // The grids that the contract names.
    private static readonly Dictionary<string, TimeSpan> Intervals = new()
    {
        ["10s"] = TimeSpan.FromSeconds(10),
        ["1m"] = TimeSpan.FromMinutes(1),
        ["5m"] = TimeSpan.FromMinutes(5),
        ["15m"] = TimeSpan.FromMinutes(15),
        ["1h"] = TimeSpan.FromHours(1),
    };

    private static readonly DateTimeOffset Earliest = new(1000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Interval => Intervals.First(named => named.Value == Grid.Length).Key;

    /// <summary>Rows that the calendar has room for.</summary>
    public long MostRows => Grid.IndexOf(DateTimeOffset.MaxValue.AddDays(-2)) - Grid.IndexOf(Start);

    /// <exception cref="UsageException">The arguments do not fit together.</exception>
    public static ScoreOptions Of(string interval, string start, string? trace, string? alerts, string? networks)
    {
        if (!Intervals.TryGetValue(interval, out var length)) throw new UsageException($"--interval: '{interval}' is none of {string.Join(", ", Intervals.Keys)}.");
        if (!Moments.TryParse(start, default, out DateTimeOffset moment) || moment < Earliest || moment > Latest)
            throw new UsageException($"--start: '{start}' is not a time such as 2026-01-05T00:00:00Z.");

        var grid = new BucketGrid(length);
        if (grid.StartOf(grid.IndexOf(moment)) != moment) throw new UsageException($"--start: no bucket of {interval} begins at {start}; they begin at multiples of it from midnight UTC.");
        if (trace is not null && alerts is not null && Path.GetFullPath(trace) == Path.GetFullPath(alerts)) throw new UsageException("--trace and --alerts name the same file.");
        return new(grid, moment, trace, alerts, networks);
    }

    /// <summary>Refuses to write over what is read.</summary>
    public void Spare(string counts)
    {
        foreach (var output in new[] { Trace, Alerts })
            foreach (var input in new[] { counts, Networks })
                if (output is not null && input is not null && Path.GetFullPath(output) == Path.GetFullPath(input)) throw new UsageException($"'{output}' is read: it cannot be written too.");
    }
}
