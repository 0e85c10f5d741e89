using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>What the commands have in common.</summary>
internal static class Arguments
{
    public static Option<Uri> Url() => new("--url")
    {
        Description = "Where the aggregator answers.",
        DefaultValueFactory = _ => new("http://localhost:5080"),
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
            result.AddError($"--url: '{text}' is not an address such as http://localhost:5080.");
            return null;
        },
    };

    public static Option<string?> Key() => new("--key") { Description = "The operator key. Also from the environment: AGGREGATOR_KEY." };

    public static Option<string?> KeyFile() => new("--key-file") { Description = "A file that holds it, such as operator.key in the server's data directory." };

    /// <summary>The operator key: said, or kept in a file, or in the environment.</summary>
    public static string Key(string? said, string? file)
    {
        if (!string.IsNullOrWhiteSpace(said)) return said;
        if (file is not null) return File.Exists(file) ? File.ReadAllText(file).Trim() : throw new UsageException($"--key-file: there is no file '{file}'.");
        return Environment.GetEnvironmentVariable("AGGREGATOR_KEY") is { Length: > 0 } kept
            ? kept
            : throw new UsageException("This needs the operator key: --key, --key-file (the server keeps it in operator.key of its data directory) or AGGREGATOR_KEY.");
    }

    /// <summary>A moment said on the command line; null where none was.</summary>
    public static DateTimeOffset? Moment(string option, string? text, DateOnly day)
    {
        if (text is null) return null;
        return Moments.TryParse(text, day, out DateTimeOffset moment) ? moment : throw new UsageException($"{option}: '{text}' is not a time such as 13:25 or 2025-03-10T13:25Z.");
    }

    public static TimeSpan Span(string option, string text) =>
        Moments.TryParse(text, out var span) ? span : throw new UsageException($"{option}: '{text}' is not a span such as 20m, 90s or 0.");

    public static double Speed(double speed) =>
        speed is >= 0.1 and <= 100_000 ? speed : throw new UsageException("--speed: from 0.1 to 100000.");

    public static HttpClient Http(Uri url, string? key)
    {
        var http = new HttpClient { BaseAddress = new(url.AbsoluteUri.TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(60) };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Runs a command and turns what stops it into a sentence and exit code 1.</summary>
    public static async Task<int> Guard(IAnsiConsole console, Func<Task<int>> run)
    {
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = 140;
        try
        {
            return await run();
        }
        catch (Exception stop) when (stop is UsageException or ApiException or IOException or UnauthorizedAccessException)
        {
            console.MarkupLineInterpolated($"[red]{stop.Message}[/]");
        }
        catch (JsonException stop)
        {
            console.MarkupLineInterpolated($"[red]The answer is not of the expected form:[/] {stop.Message}");
        }
        catch (HttpRequestException stop)
        {
            console.MarkupLineInterpolated($"[red]The aggregator does not answer:[/] {stop.Message}");
        }
        catch (OperationCanceledException)
        {
            console.MarkupLine("[yellow]Stopped.[/]");
        }

        return 1;
    }
}
