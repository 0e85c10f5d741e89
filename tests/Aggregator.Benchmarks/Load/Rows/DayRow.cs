using System.Globalization;
using System.Text.RegularExpressions;

namespace Aggregator.Benchmarks;

/// <summary>The simulator's <c>day</c>: a whole day of the largest outage, through the bulk door, and read back.</summary>
internal sealed partial class DayRow() : Row("day", "One day of aws-2025-10-20: 17,000,000 reports, 2,000 services, 60 regions, one report a line")
{
    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        var table = new Table(Title, "Reach: 60 s, and exact. Sent once to each, to servers that have just started; what is read back: the sum of every service, and 20 services region by region.",
            "contender", "seconds", "reports/s", "read back", "MB resident then");
        foreach (var contender in new[] { Contender.OnRedis, Contender.Embedded }.Where(contender => !contender.NeedsRedis || Programs.RedisServer is not null))
        {
            await using var server = await contender.Start(cancel);
            var (_, output) = await ChildProcess.RunToEnd("dotnet",
                [Path.Combine(AppContext.BaseDirectory, "Aggregator.Simulator.dll"), "day", "--url", server.Address.ToString(), "--key", RunningServer.OperatorKey], cancel);
            var took = Took().Match(output);
            if (!took.Success) throw new LoadException($"the simulator told no time:{Environment.NewLine}{output}");
            var seconds = double.Parse(took.Groups["seconds"].Value, CultureInfo.InvariantCulture);
            var reports = double.Parse(took.Groups["reports"].Value, NumberStyles.Number, CultureInfo.InvariantCulture);
            var exact = output.Contains("exact: ", StringComparison.Ordinal);
            LoadRun.Say($"{Name}, {contender.Name}: {seconds:0.0} s, {(exact ? "exact" : "not exact")}");
            table.Add(contender.Name, $"{seconds:0.0}", $"{reports / seconds:N0}", exact ? "exact" : "**not exact**", $"{server.Resident / 1e6:N0}");
        }

        return table;
    }

    [GeneratedRegex(@"(?<reports>[\d,]+)\s+acknowledged\s+in\s+(?<seconds>[\d.]+)\s+s", RegexOptions.NonBacktracking)]
    private static partial Regex Took();
}
