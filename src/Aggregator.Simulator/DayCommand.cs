using System.CommandLine;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary><c>day</c>: a whole day of the largest outage, through the bulk door, and read back.</summary>
internal static class DayCommand
{
    public static Command Create()
    {
        var url = Arguments.Url();
        var key = Arguments.Key();
        var keyFile = Arguments.KeyFile();
        var reports = new Option<long>("--reports") { Description = "All reports of the day.", DefaultValueFactory = _ => 17_000_000 };
        var services = new Option<int>("--services") { Description = "Services, which are added to the catalog.", DefaultValueFactory = _ => 2_000 };
        var prefix = new Option<string>("--prefix") { Description = "What their keys begin with.", DefaultValueFactory = _ => "aws-" };
        var skew = new Option<double>("--skew") { Description = "0: all services are alike; 1: the n-th gets an n-th of the first.", DefaultValueFactory = _ => 0 };
        var order = new Option<DayOrder>("--order") { Description = "What a request holds. Service: the whole day of some services. Time: some minutes of all.", DefaultValueFactory = _ => DayOrder.Service };
        var lines = new Option<int>("--lines") { Description = "Reports in one request, about.", DefaultValueFactory = _ => 250_000 };
        var atOnce = new Option<int>("--at-once") { Description = "Requests under way at the same time.", DefaultValueFactory = _ => 3 };
        var byRegion = new Option<int>("--by-region") { Description = "Services of which every region is read back; of the others their sum.", DefaultValueFactory = _ => 20 };
        var seed = new Option<long>("--seed") { Description = "Another seed, another day.", DefaultValueFactory = _ => 1 };

        var command = new Command("day", "Sends the day of aws-2025-10-20 as if it ended now, and reads back whether all of it was counted.")
        {
            url, key, keyFile, reports, services, prefix, skew, order, lines, atOnce, byRegion, seed,
        };
        command.SetAction((parsed, cancel) => Arguments.Guard(AnsiConsole.Console, async () =>
        {
            var options = new DayOptions(
                parsed.GetValue(reports), parsed.GetValue(services), parsed.GetRequiredValue(prefix), parsed.GetValue(skew), parsed.GetValue(order),
                parsed.GetValue(lines), parsed.GetValue(atOnce), parsed.GetValue(byRegion), parsed.GetValue(seed)).Checked();
            using var http = Arguments.Http(parsed.GetRequiredValue(url), Arguments.Key(parsed.GetValue(key), parsed.GetValue(keyFile)));
            // A large request may take its time.
            http.Timeout = TimeSpan.FromMinutes(5);
            var time = TimeProvider.System;
            return await new DayRun(new(http, time), new(AnsiConsole.Console, time), time, options).Run(cancel);
        }));
        return command;
    }
}
