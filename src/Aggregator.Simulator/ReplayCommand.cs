using System.CommandLine;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary><c>replay</c>: an outage again, from a scenario or from a file of real reports.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A scenario (.json), the name of one that ships, such as x-2025-03-10, or real reports (.ndjson)." };
        var url = Arguments.Url();
        var key = Arguments.Key();
        var keyFile = Arguments.KeyFile();
        var start = new Option<string?>("--start") { Description = "Where to begin, in the time of the file, UTC: 13:25 or 2025-03-10T13:25Z." };
        var end = new Option<string?>("--end") { Description = "Where to end." };
        var speed = new Option<double>("--speed") { Description = "How many times faster than it was.", DefaultValueFactory = _ => 1 };
        var seed = new Option<long>("--seed") { Description = "Another seed, another crowd.", DefaultValueFactory = _ => 1 };
        var add = new Option<bool>("--add") { Description = "First add the services, symptoms and regions that the aggregator lacks." };
        var wait = new Option<string>("--wait") { Description = "How long to wait for calm after the last report: 20m, 90s, 0.", DefaultValueFactory = _ => "30m" };

        var command = new Command("replay", "Replays an outage as if it began now, and says what was detected, when, and how late.")
        {
            file, url, key, keyFile, start, end, speed, seed, add, wait,
        };
        command.SetAction((parsed, cancel) => Arguments.Guard(AnsiConsole.Console, () =>
        {
            var options = new ReplayOptions(
                parsed.GetValue(start), parsed.GetValue(end), Arguments.Speed(parsed.GetValue(speed)), parsed.GetValue(seed), parsed.GetValue(add),
                Arguments.Span("--wait", parsed.GetRequiredValue(wait)));
            return Run(parsed.GetRequiredValue(file), options, parsed.GetRequiredValue(url), Arguments.Key(parsed.GetValue(key), parsed.GetValue(keyFile)), cancel);
        }));
        return command;
    }

    private static async Task<int> Run(string file, ReplayOptions options, Uri url, string key, CancellationToken cancel)
    {
        var path = ScenarioFile.Find(file) ?? throw new UsageException($"There is no file '{file}', and no scenario of that name ships with the simulator.");
        using var http = Arguments.Http(url, key);
        var client = new AggregatorClient(http, TimeProvider.System);
        var stage = new Stage(AnsiConsole.Console, TimeProvider.System);
        return Path.GetExtension(path) is ".ndjson" or ".jsonl"
            ? await new FileReplay(client, stage, TimeProvider.System, options).Run(path, cancel)
            : await new ScenarioReplay(client, stage, TimeProvider.System, options).Run(path, cancel);
    }
}
