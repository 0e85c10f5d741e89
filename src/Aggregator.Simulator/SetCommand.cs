using System.CommandLine;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary><c>set</c>: the labelled set that the scoreboard is measured on, as files for <c>score</c>.</summary>
internal static class SetCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where to write sim_counts.csv.gz, sim_labels.csv and sim_series.csv." };
        var seed = new Option<long>("--seed") { Description = "Another seed, another set.", DefaultValueFactory = _ => 1 };
        var services = new Option<int>("--services") { Description = "Services, from the quietest to the loudest.", DefaultValueFactory = _ => new SetSize().Services };
        var regions = new Option<int>("--regions") { Description = "Regions of each; their sum is a series too.", DefaultValueFactory = _ => new SetSize().Regions };
        var days = new Option<int>("--days") { Description = "Days; the first 28 are history.", DefaultValueFactory = _ => new SetSize().Days };

        var command = new Command("set", "Draws labelled series, with outages and with what is not an outage, and writes them as files.") { folder, seed, services, regions, days };
        command.SetAction((parsed, _) => Arguments.Guard(AnsiConsole.Console, () =>
        {
            var size = new SetSize(parsed.GetValue(services), parsed.GetValue(regions), parsed.GetValue(days));
            if (size.Services is < 1 or > 1000) throw new UsageException("--services: from 1 to 1000.");
            if (size.Regions is < 1 or > 100) throw new UsageException("--regions: from 1 to 100.");
            if (size.Days is < 2 or > 400) throw new UsageException("--days: from 2 to 400.");
            var seeded = SeededSet.Draw(parsed.GetValue(seed), size);
            SetFiles.Write(parsed.GetRequiredValue(folder), seeded);
            AnsiConsole.MarkupLineInterpolated($"{seeded.Set.Names.Count} series of {seeded.Set.Buckets} minutes, {seeded.Labels.Count(label => label.Episode.Class == LabelClass.Incident)} incidents.");
            return Task.FromResult(0);
        }));
        return command;
    }
}
