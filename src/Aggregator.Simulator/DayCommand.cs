using System.CommandLine;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary><c>day</c>: the outage of 2025-10-20, all of its day at once, counted and read back.</summary>
internal static class DayCommand
{
    private const int DifferencesTold = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static Command Create()
    {
        var url = Arguments.Url();
        var key = new Option<string?>("--key") { Description = "The operator key. Also from the environment: AGGREGATOR_KEY." };
        var keyFile = new Option<string?>("--key-file") { Description = "A file that holds it, such as operator.key in the server's data directory." };
        var reports = new Option<long>("--reports") { Description = "Reports in all.", DefaultValueFactory = _ => 17_000_000 };
        var services = new Option<int>("--services") { Description = "Services that are struck; those that lack in the catalog are added.", DefaultValueFactory = _ => 2_000 };
        var regions = new Option<int>("--regions") { Description = "Regions they are reported from.", DefaultValueFactory = _ => DayCast.MostRegions };
        var requests = new Option<int>("--requests") { Description = "Requests under way at once.", DefaultValueFactory = _ => 3 };
        var seed = new Option<long>("--seed") { Description = "Another seed, another day.", DefaultValueFactory = _ => 1 };
        var check = new Option<string>("--check") { Description = "What is read back: all series, or every service and a sample of their regions.", DefaultValueFactory = _ => "sample" };
        check.AcceptOnlyFromAmong("all", "sample");

        var command = new Command("day", "Sends the whole day of a great outage (2025-10-20) as fast as it is taken, reads it back, and says whether the counts are exact.")
        {
            url, key, keyFile, reports, services, regions, requests, seed, check,
        };
        command.SetAction((parsed, cancel) => Arguments.Guard(AnsiConsole.Console, () =>
        {
            var options = new DayOptions(
                parsed.GetValue(reports), parsed.GetValue(services), parsed.GetValue(regions), parsed.GetValue(requests), parsed.GetValue(seed), parsed.GetValue(check) == "all");
            if (options.Reports is < 1 or > 1_000_000_000) throw new UsageException("--reports: from 1 to 1000000000.");
            if (options.Services is < 1 or > DayCast.MostServices) throw new UsageException($"--services: from 1 to {DayCast.MostServices}.");
            if (options.Regions < 1 || options.Regions > DayCast.MostRegions) throw new UsageException($"--regions: from 1 to {DayCast.MostRegions}.");
            if (options.Requests is < 1 or > 64) throw new UsageException("--requests: from 1 to 64.");
            return Run(options, parsed.GetRequiredValue(url), Arguments.Key(parsed.GetValue(key), parsed.GetValue(keyFile)), cancel);
        }));
        return command;
    }

    private static async Task<int> Run(DayOptions options, Uri url, string key, CancellationToken cancel)
    {
        using var http = Arguments.Http(url, key);
        http.Timeout = Patience;
        var (client, time, console) = (new AggregatorClient(http, TimeProvider.System), TimeProvider.System, AnsiConsole.Console);
        var stage = new Stage(console, time);

        var catalog = new DayCatalog(client, DayCast.Of(options.Services, options.Regions));
        var adding = catalog.Add(cancel);
        await Follow(stage, adding, () => $"catalog: {catalog.Done:N0} of {options.Services:N0} services");

        var plan = new DayPlan(options, time.GetUtcNow());
        var check = new DayCheck(client, plan, await adding);
        await Follow(stage, check.Before(cancel), () => $"read what was counted before: {check.Read:N0} series");

        var run = new DayRun(client, plan, $"day-{Guid.NewGuid():N}");
        var began = time.GetTimestamp();
        await Follow(stage, run.Send(cancel), () => Progress(run, plan, client, time.GetElapsedTime(began)));
        var took = time.GetElapsedTime(began);
        console.MarkupLineInterpolated($"{run.Accepted:N0} reports accepted in {took.TotalSeconds:0.0} s, {run.Accepted / took.TotalSeconds:N0} reports/s");

        began = time.GetTimestamp();
        var comparing = check.Compare(run.Counts.ToArray(), cancel);
        await Follow(stage, comparing, () => $"read back {check.Read:N0} of {check.Series:N0} series");
        var differences = await comparing;
        console.MarkupLineInterpolated($"{check.Series:N0} series read back in {time.GetElapsedTime(began).TotalSeconds:0.0} s: {(differences.Count == 0 ? "exact" : $"{differences.Count:N0} differ")}");
        foreach (var difference in differences.Take(DifferencesTold)) console.MarkupLineInterpolated($"[red]  {difference}[/]");
        return differences.Count == 0 ? 0 : 1;
    }

    private static Task Follow(Stage stage, Task work, Func<string> line) => stage.Follow(work, () => new Text(line()), line);

    private static string Progress(DayRun run, DayPlan plan, AggregatorClient client, TimeSpan elapsed)
    {
        var trouble = client.Trouble is { } why ? $"; no answer yet ({why}), trying again" : "";
        return $"{run.Written:N0} of {plan.Options.Reports:N0} written, {run.Accepted:N0} accepted, {run.Written / Math.Max(0.1, elapsed.TotalSeconds):N0}/s{trouble}";
    }
}
