using System.Collections.Concurrent;
using System.Globalization;
using Aggregator.Domain;
using Aggregator.Grains;
using StackExchange.Redis;

namespace Aggregator.Server.Tests;

/// <summary>One series of the trial, and what became of the reports in it.</summary>
internal readonly record struct Cell(string Service, string Region, ReportOutcome Outcome)
{
    public override string ToString() => $"{Service}|{Region} {Outcome}";
}

/// <summary>Reports by service, region (ALL among them) and outcome.</summary>
internal sealed class Counts
{
    private const string All = "ALL";
    private static readonly TimeSpan Around = TimeSpan.FromHours(26);

    private readonly ConcurrentDictionary<Cell, long> _counts = new();

    public long this[Cell cell] => _counts.GetValueOrDefault(cell);

    /// <summary>All reports of an outcome.</summary>
    public long Total(ReportOutcome outcome) => _counts.Where(count => count.Key.Region == All && count.Key.Outcome == outcome).Sum(count => count.Value);

    /// <summary>Adds to a region, and to the whole.</summary>
    public void Add(string service, string region, ReportOutcome outcome, long reports = 1)
    {
        Set(new(service, region, outcome), reports);
        Set(new(service, All, outcome), reports);
    }

    public void Add(Counts other)
    {
        foreach (var (cell, reports) in other._counts) Set(cell, reports);
    }

    /// <summary>Every service, region and outcome of the trial, and the wholes.</summary>
    public static IEnumerable<Cell> Cells(params ReportOutcome[] outcomes) =>
        from service in Ledger.Services.Append(Ledger.ServiceOfOneTry)
        from region in Ledger.Regions.Append(All)
        from outcome in outcomes
        select new Cell(service, region, outcome);

    /// <summary>What the API tells: from what the regions keep in memory, as far as the span lies within the last day. It tells what was counted and no more.</summary>
    public static async Task<Counts> Told(HttpClient http, DateTimeOffset since)
    {
        var told = new Counts();
        foreach (var cell in Cells(ReportOutcome.Counted))
        {
            using var answer = await http.GetAsync($"/v1/services/{cell.Service}/series?region={cell.Region}&interval=10s&from={since.UtcDateTime:O}");
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            using var json = JsonDocument.Parse(text);
            told.Set(cell, json.RootElement.GetProperty("points").EnumerateArray()
                .Select(point => point.GetProperty("reports"))
                .Sum(reports => reports.ValueKind == JsonValueKind.Null ? 0 : reports.GetInt64()));
        }

        return told;
    }

    /// <summary>What the store holds, a day back and ahead.</summary>
    /// <param name="connection">A StackExchange.Redis configuration string.</param>
    public static async Task<Counts> Stored(string connection, DateTimeOffset now)
    {
        var (stored, names) = (new Counts(), new StoreKeys(new ClusteringOptions().Id));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connection);
        var hours = Enumerable.Range(-(int)Around.TotalHours, 2 * (int)Around.TotalHours).Select(hour => now.ToUnixTimeSeconds() / 3600 + hour).ToArray();
        foreach (var series in Cells(ReportOutcome.Counted))
        {
            var key = new SeriesKey(ServiceKey.Parse(series.Service), RegionCode.Parse(series.Region));
            var buckets = await Task.WhenAll(hours.Select(hour => redis.GetDatabase().HashGetAllAsync(names.Buckets(key, hour))));
            foreach (var counter in buckets.SelectMany(bucket => bucket))
            {
                if (counter.Name == CommitScript.Pack) continue;
                var counts = counter.Name.StartsWith(CommitScript.Pack) ? CommitScript.Unpack(counter.Value.ToString()) : [(counter.Name.ToString(), (long)counter.Value)];
                foreach (var (field, count) in counts)
                {
                    if (OutcomeOf(field) is { } outcome) stored.Set(series with { Outcome = outcome }, count);
                }
            }
        }

        return stored;
    }

    /// <summary>What is not the same in another; null where all is.</summary>
    public string? Differs(Counts other, params ReportOutcome[] outcomes)
    {
        var wrong = Cells(outcomes).Where(cell => this[cell] != other[cell])
            .Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell}: {this[cell]}, not {other[cell]}")).ToList();
        return wrong.Count == 0 ? null : string.Join("; ", wrong);
    }

    private static ReportOutcome? OutcomeOf(string field) => field[field.IndexOfAny([':', '!'])..] switch
    {
        "!d" => ReportOutcome.Duplicate,
        "!q" => ReportOutcome.Quarantined,
        "!n" => null,
        _ => ReportOutcome.Counted,
    };

    private void Set(Cell cell, long reports) => _counts.AddOrUpdate(cell, reports, (_, before) => before + reports);
}
