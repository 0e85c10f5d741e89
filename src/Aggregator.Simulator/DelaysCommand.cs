using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary><c>delays</c>: how fast the detector is on the grid of ten seconds, and how often it is wrong there.</summary>
internal static class DelaysCommand
{
    public static Command Create()
    {
        var trials = new Option<int>("--trials") { Description = "Outages of each kind, and bursts of bots.", DefaultValueFactory = _ => 200 };
        var months = new Option<int>("--months") { Description = "Quiet series of 30 days, of each volume.", DefaultValueFactory = _ => 20 };
        var seed = new Option<long>("--seed") { Description = "Another seed, another crowd.", DefaultValueFactory = _ => 1 };

        var command = new Command("delays", "Measures the shipped detector on a simulated intake of ten-second buckets with networks and bots.") { trials, months, seed };
        command.SetAction((parsed, cancel) => Arguments.Guard(AnsiConsole.Console, () =>
        {
            if (parsed.GetValue(trials) is < 0 or > 100_000) throw new UsageException("--trials: from 0 to 100000.");
            if (parsed.GetValue(months) is < 0 or > 100_000) throw new UsageException("--months: from 0 to 100000.");
            Print(AnsiConsole.Console, TenSecondFigures.Measure(TenSecondFigures.Kinds, parsed.GetValue(seed), parsed.GetValue(trials), parsed.GetValue(months), cancel));
            return Task.FromResult(0);
        }));
        return command;
    }

    private static void Print(IAnsiConsole console, TenSecondFigures figures)
    {
        var delays = new Table().AddColumns("outage", "trials", "to Spike, median", "90 %", "missed in an hour");
        foreach (var row in figures.Delays) delays.AddRow($"{row.Kind}", $"{row.Trials}", Seconds(row.Median), Seconds(row.Ninety), Percent(row.Missed));
        console.Write(delays);

        var quiet = new Table().AddColumns("quiet series", "of 30 days", "false spikes", "in windows up to 2 min", "per series and 30 days");
        foreach (var row in figures.Quiet.Append(figures.AllQuiet))
        {
            var name = double.IsNaN(row.PerMinute) ? "all" : string.Create(CultureInfo.InvariantCulture, $"{row.PerMinute}/min");
            quiet.AddRow(name, $"{row.Months}", $"{row.FalseSpikes}", $"{row.InSeconds}", string.Create(CultureInfo.InvariantCulture, $"{row.PerMonth:0.000}"));
        }

        console.Write(quiet);

        var bots = new Table().AddColumns("bursts of bots", "trials", "taken for a spike");
        foreach (var row in figures.Bots) bots.AddRow(row.Named ? "from one to five networks" : "without a network", $"{row.Trials}", Percent(row.Alarmed));
        console.Write(bots);
    }

    private static string Seconds(double seconds) =>
        double.IsFinite(seconds) ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s") : "missed";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");
}
