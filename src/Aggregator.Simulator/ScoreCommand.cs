using System.CommandLine;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary><c>score</c>: counts of the past through the detector, bucket by bucket, as if they happened.</summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var counts = new Argument<string>("counts") { Description = "A .csv or .csv.gz: the first line names the series, columns are series, rows are buckets. Or a folder with such files." };
        var interval = new Option<string>("--interval") { Description = "The length of a bucket: 10s, 1m, 5m, 15m, 1h.", DefaultValueFactory = _ => "1m" };
        var start = new Option<string>("--start") { Description = "The start of the first row, UTC.", DefaultValueFactory = _ => "2026-01-05T00:00:00Z" };
        var trace = new Option<string?>("--trace") { Description = "Where all scores go: float32 little-endian, series after series, one per row, 0 in a gap." };
        var alerts = new Option<string?>("--alerts") { Description = "Where the episodes go, a line of JSON each." };
        var networks = new Option<string?>("--networks") { Description = "A table like the counts: networks heard for the first time in each bucket." };

        var command = new Command("score", "Scores tables of counts with the shipped detector; with labels beside them, says how good it is.")
        {
            counts, interval, start, trace, alerts, networks,
        };
        command.SetAction((parsed, cancel) =>
        {
            var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return Guard(errors, () => Run(
                parsed.GetRequiredValue(counts),
                ScoreOptions.Of(
                    parsed.GetRequiredValue(interval), parsed.GetRequiredValue(start), parsed.GetValue(trace), parsed.GetValue(alerts), parsed.GetValue(networks)),
                output, errors, cancel));
        });
        return command;
    }

    private static async Task<int> Run(string path, ScoreOptions options, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var files = CountFiles.At(path);
        if (files.Count > 1 && (options.Trace ?? options.Alerts ?? options.Networks) is not null)
            throw new UsageException($"In '{path}' there are {files.Count} files to score ({string.Join(", ", files.Select(Path.GetFileName))}): name one of them, or leave out --trace, --alerts and --networks.");

        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(output) });
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = 140;
        var code = 0;
        foreach (var file in files)
        {
            code |= await Guard(errors, async () =>
            {
                await new ScoreRun(options, console, TimeProvider.System).Score(file, cancel);
                return 0;
            });
            if (cancel.IsCancellationRequested) break;
        }

        return code;
    }

    // One line on the standard error stream, not wrapped: it names a file, a line and a column.
    private static async Task<int> Guard(TextWriter errors, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception stop) when (stop is UsageException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(stop.Message);
        }
        catch (OperationCanceledException)
        {
            errors.WriteLine("Stopped.");
        }

        return 1;
    }
}
