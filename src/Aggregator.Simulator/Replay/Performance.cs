using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>What the caller asked of a replay.</summary>
/// <param name="Wait">How long to wait for calm after the last report; zero is not at all.</param>
internal sealed record ReplayOptions(string? Start, string? End, double Speed, long Seed, bool Add, TimeSpan Wait);

/// <summary>The part of a replay that is live: reports go out, the aggregator is watched, and both are shown.</summary>
internal sealed class Performance(AggregatorClient client, Sender sender, Watch watch, Stage stage, TimeProvider time)
{
    /// <summary>Sends all reports and waits for calm.</summary>
    /// <param name="table">What is seen of the series just now.</param>
    /// <returns>Why it ended before its time; null where it ran to its end.</returns>
    public async Task<Exception?> Run(
        IEnumerable<LiveReport> reports, ReplayClock clock, DateTimeOffset end, TimeSpan wait, Func<Table> table, CancellationToken cancel)
    {
        using var watching = new CancellationTokenSource();
        var keep = watch.Keep(watching.Token);
        try
        {
            // The sender works on its own thread: drawing and writing must not wait for the picture.
            var sending = Task.Run(() => sender.Send(reports, cancel), cancel);
            await stage.Follow(sending, () => Picture(Progress(clock, end), table()), () => Progress(clock, end), watch.News);
            if (wait > TimeSpan.Zero)
            {
                var began = time.GetTimestamp();
                string Waiting() => $"all sent; waiting for calm for {Moments.InWords(time.GetElapsedTime(began))} (at most {Moments.InWords(wait)})";
                await stage.Follow(Calm(wait, cancel), () => Picture(Waiting(), table()), Waiting, watch.News);
            }

            return null;
        }
        catch (Exception stop) when (stop is OperationCanceledException or ApiException or HttpRequestException or IOException or UsageException)
        {
            return stop;
        }
        finally
        {
            await watching.CancelAsync();
            await keep;
        }
    }

    public string Progress(ReplayClock clock, DateTimeOffset end)
    {
        var now = time.GetUtcNow();
        var (there, totals) = (clock.ToScenario(now), sender.Totals);
        var left = clock.ToReal(end) - now;
        var trouble = client.Trouble is { } why ? $"; no answer yet ({why}), trying again" : "";
        return $"{there:yyyy-MM-dd HH:mm:ss} in the file, {Moments.InWords(left > TimeSpan.Zero ? left : TimeSpan.Zero)} to go; {totals.Sent:N0} sent, {totals.Accepted:N0} accepted{trouble}";
    }

    private async Task Calm(TimeSpan wait, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        // A few looks at least: the last reports may not have been judged yet.
        do await Task.Delay(TimeSpan.FromSeconds(3), time, cancel);
        while (!watch.IsCalm && time.GetElapsedTime(began) < wait);
    }

    private static Rows Picture(string line, Table table) => new(new Text(line), table);

    /// <summary>The totals, the rejected lines and the incidents: how every replay ends.</summary>
    public void Close(IAnsiConsole console)
    {
        var totals = sender.Totals;
        console.MarkupLineInterpolated($"sent {totals.Sent:N0}: accepted {totals.Accepted:N0}, duplicate {totals.Duplicate:N0}, quarantined {totals.Quarantined:N0}, rejected {totals.Rejected:N0}");
        foreach (var error in totals.Errors) console.MarkupLineInterpolated($"[red]  line {error.Line} of its request: {error.Reason} {error.Detail}[/]");

        if (watch.Incidents.Count == 0) console.MarkupLine("no incident");
        foreach (var incident in watch.Incidents)
        {
            var end = incident.ResolvedAt is { } resolved ? $"resolved {resolved.UtcDateTime:HH:mm:ss}" : "still open";
            console.MarkupLineInterpolated($"incident {incident.Id}: opened {incident.OpenedAt.UtcDateTime:HH:mm:ss}, {end} (real time, UTC)");
        }
    }

    /// <summary>Says why it ended early, if it did, and gives the exit code.</summary>
    public int ExitCode(IAnsiConsole console, Exception? stopped, bool falseSpike)
    {
        if (stopped is OperationCanceledException) console.MarkupLine("[yellow]Stopped before the end.[/]");
        else if (stopped is not null) console.MarkupLineInterpolated($"[red]Stopped before the end: {stopped.Message}[/]");
        return stopped switch
        {
            OperationCanceledException => 130,
            not null => 1,
            null when falseSpike => 2,
            null => sender.Totals.AllAccepted ? 0 : 1,
        };
    }
}
