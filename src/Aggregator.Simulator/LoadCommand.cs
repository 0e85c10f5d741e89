using System.CommandLine;
using Aggregator.Domain;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary><c>load</c>: many single reports at a rate that is held, and how long the answers take.</summary>
internal static class LoadCommand
{
    private const string All = "all";

    public static Command Create()
    {
        var url = Arguments.Url();
        var rate = new Option<double>("--rate") { Description = "Reports per second.", DefaultValueFactory = _ => 4_000 };
        var seconds = new Option<double>("--seconds") { Description = "How long it is measured.", DefaultValueFactory = _ => 30 };
        var warmUp = new Option<double>("--warmup") { Description = "Seconds before that, sent and not measured.", DefaultValueFactory = _ => 5 };
        var burst = new Option<string?>("--burst") { Description = "A higher rate now and then: 8000:5@20 is 8,000 a second for the last 5 of every 20 seconds." };
        var services = new Option<string>("--services") { Description = "Services, between commas, or all of the catalog.", DefaultValueFactory = _ => All };
        var regions = new Option<string>("--regions") { Description = "Regions, between commas, or all of the catalog.", DefaultValueFactory = _ => "US,GB,IN,BR,DE,FR,JP,CA,AU,NL" };
        var reporters = new Option<long>("--reporters") { Description = "Different reporters, each with an address of its own (X-Forwarded-For).", DefaultValueFactory = _ => 1_000_000 };
        var connections = new Option<int>("--connections") { Description = "Connections, one request at a time on each.", DefaultValueFactory = _ => 256 };
        var patience = new Option<double>("--patience") { Description = "Seconds after which an answer is no longer waited for.", DefaultValueFactory = _ => 10 };
        var seed = new Option<long?>("--seed") { Description = "The same seed, the same reporters; default: ones that were never heard of." };

        var command = new Command("load", "Sends single reports at a steady rate or in bursts, and prints how long the answers took.")
        {
            url, rate, seconds, warmUp, burst, services, regions, reporters, connections, patience, seed,
        };
        command.SetAction((parsed, cancel) => Arguments.Guard(AnsiConsole.Console, () =>
        {
            var time = TimeProvider.System;
            var options = new LoadOptions(
                parsed.GetValue(rate), Seconds(parsed.GetValue(warmUp)), Seconds(parsed.GetValue(seconds)), parsed.GetValue(burst) is { } text ? Burst.Parse(text) : null,
                parsed.GetValue(connections), Seconds(parsed.GetValue(patience)), parsed.GetValue(reporters), parsed.GetValue(seed) ?? time.GetUtcNow().ToUnixTimeMilliseconds()).Checked();
            return Run(parsed.GetRequiredValue(url), parsed.GetRequiredValue(services), parsed.GetRequiredValue(regions), options, time, cancel);
        }));
        return command;
    }

    private static async Task<int> Run(Uri url, string services, string regions, LoadOptions options, TimeProvider time, CancellationToken cancel)
    {
        if (url.Scheme != "http") throw new UsageException("--url: a load speaks plain http.");

        using var http = Arguments.Http(url, key: null);
        var client = new AggregatorClient(http, time);
        var toServices = services == All ? await client.Services(cancel) : Names("--services", services, text => ServiceKey.TryParse(text, out _));
        var fromRegions = regions == All ? [.. (await client.Regions(cancel)).Regions.Select(region => region.Region)] : Names("--regions", regions, text => RegionCode.TryParse(text, out _));

        var console = AnsiConsole.Console;
        console.MarkupLineInterpolated($"{options.Rate:N0}/s for {options.WarmUp.TotalSeconds:0.#} + {options.Measured.TotalSeconds:0.#} s over {toServices.Count:N0} services and {fromRegions.Count} regions, {options.Connections} connections, {options.Reporters:N0} reporters, seed {options.Seed}");
        var run = new LoadRun(url, new(url, toServices, fromRegions, options), options, time);
        var figures = await run.Send(cancel);
        new LoadTables(console).Write(figures);
        console.MarkupLineInterpolated($"the load itself took {run.Cost.TotalSeconds:0.0} s of processor time, {run.Cost / (options.WarmUp + options.Measured):0%} of one core");
        return figures.AllTaken ? 0 : 1;
    }

    internal static IReadOnlyList<string> Names(string option, string text, Predicate<string> isName)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0) throw new UsageException($"{option}: at least one.");
        return Array.Find(names, name => !isName(name)) is { } wrong ? throw new UsageException($"{option}: '{wrong}' is not a name such as x or US.") : names;
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(double.IsFinite(seconds) ? Math.Clamp(seconds, -1, 1_000_000) : -1);
}
