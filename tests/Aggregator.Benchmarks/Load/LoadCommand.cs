using System.CommandLine;

namespace Aggregator.Benchmarks;

/// <summary><c>load</c>: the server, an endpoint that does nothing and one that only counts, side by side under the same load.</summary>
internal static class LoadCommand
{
    private static readonly Row[] Rows =
    [
        new SingleReportRow("hot", "Single report, one hot key, every request another reporter", "Reach: 0.85 of no-op, 1.2 of naive.", ReportRequests.HotKey(oneReporter: false)),
        new SingleReportRow("duplicates", "Single report, one hot key, one reporter: all but the first are duplicates", "For comparison.", ReportRequests.HotKey(oneReporter: true)),
        new SingleReportRow("keys", "Single report, 2,000 keys (40 services, 50 regions), every request another reporter", "Reach: 0.70 of no-op.", ReportRequests.Keys(Names.Services.Take(40), Names.Regions.Take(50))),
        new BulkRow("bulk-100", "Bulk, 100 keys (10 services, 10 regions), no reporters", "Reach: 500,000 reports/s.", services: 10, regions: 10, reporters: false),
        new BulkRow("bulk-5000", "Bulk, 5,000 keys (40 services, 125 regions), no reporters", "Reach: 250,000 reports/s.", services: 40, regions: 125, reporters: false),
        new BulkRow("bulk-100-reporters", "Bulk, 100 keys, a reporter and a network on every line", "For comparison.", services: 10, regions: 10, reporters: true),
        new BulkRow("bulk-5000-reporters", "Bulk, 5,000 keys, a reporter and a network on every line", "For comparison.", services: 40, regions: 125, reporters: true),
        new DayRow(),
        new SpikesRow(),
        new LatencyRow(),
        new TelemetryRow(),
        new StartRow(),
        new SeriesMemoryRow(),
        new ReporterMemoryRow(),
    ];

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each contender has its turn.", DefaultValueFactory = _ => LoadOptions.Default.Rounds };
        var seconds = new Option<int>("--seconds") { Description = "How long a turn is measured.", DefaultValueFactory = _ => (int)LoadOptions.Default.Time.TotalSeconds };
        var warmUp = new Option<int>("--warm-up") { Description = "Seconds of the same load before it.", DefaultValueFactory = _ => (int)LoadOptions.Default.WarmUp.TotalSeconds };
        var connections = new Option<int>("--connections") { Description = "Of single reports and polls.", DefaultValueFactory = _ => LoadOptions.Default.Connections };
        var gigabytes = new Option<double>("--gigabytes") { Description = "Of the data directory that a start is measured with.", DefaultValueFactory = _ => LoadOptions.Default.Gigabytes };
        var only = new Option<string[]>("--only") { Description = $"Only these rows: {string.Join(", ", Rows.Select(row => row.Name))}.", AllowMultipleArgumentsPerToken = true };
        only.AcceptOnlyFromAmong([.. Rows.Select(row => row.Name)]);

        var command = new Command("load", "Measures the server side by side with an endpoint that does nothing and one that only counts; the result is Markdown.") { rounds, seconds, warmUp, connections, gigabytes, only };
        command.SetAction(async (parsed, cancel) =>
        {
            var options = LoadOptions.Default with
            {
                Rounds = parsed.GetValue(rounds),
                Time = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                WarmUp = TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
                Connections = parsed.GetValue(connections),
                Gigabytes = parsed.GetValue(gigabytes),
            };
            var wanted = parsed.GetValue(only) is { Length: > 0 } names ? Rows.Where(row => names.Contains(row.Name)) : Rows;
            return await Run(options, [.. wanted], parsed.Tokens.Select(token => token.Value), cancel);
        });
        return command;
    }

    private static async Task<int> Run(LoadOptions options, IReadOnlyList<Row> rows, IEnumerable<string> arguments, CancellationToken cancel)
    {
        var run = new LoadRun(options, Generator.Best(options.Connections));
        Console.WriteLine(Surroundings.Describe(options, run.Generator, arguments));
        if (Programs.RedisServer is null) Console.WriteLine("There is no redis-server here: what needs one is left out.\n");
        var failed = false;
        foreach (var row in rows)
        {
            try
            {
                Console.WriteLine(await row.Measure(run, cancel));
            }
            catch (Exception error) when (error is LoadException or HttpRequestException or IOException)
            {
                failed = true;
                LoadRun.Say($"{row.Name}: {error.Message}");
                Console.WriteLine($"### {row.Title}\n\n**Not measured:** {error.Message.Split('\n')[0].TrimEnd()}\n");
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                LoadRun.Say("Stopped.");
                return 1;
            }
        }

        return failed ? 1 : 0;
    }
}
