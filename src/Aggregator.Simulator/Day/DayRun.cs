using System.Collections.Concurrent;
using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>Sends a day and reads it back.</summary>
internal sealed class DayRun(AggregatorClient client, Stage stage, TimeProvider time, DayOptions options)
{
    private const int PutsAtOnce = 4, ReadsAtOnce = 8, MostShown = 10;
    private static readonly string[] Symptoms = ["website", "app", "login", "server"];

    private readonly DayPlan _plan = new(options);
    private readonly Totals _totals = new();
    private readonly Lock _lock = new();

    public async Task<int> Run(CancellationToken cancel)
    {
        var console = stage.Console;
        await Add(cancel);

        // The end of the day is now, on the grid of the buckets.
        var now = time.GetUtcNow();
        var end = now.AddTicks(-(now.Ticks % DayCourse.Step.Ticks));
        var start = end - (DayCourse.End - DayCourse.Begin);
        console.MarkupLineInterpolated($"{options.Reports:N0} reports, one a line, over {options.Services:N0} services and {DayPlan.Regions.Count} regions, from {start.UtcDateTime:yyyy-MM-dd HH:mm:ss} to {end.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC; {_plan.Parts:N0} requests, {options.AtOnce} at once; seed {options.Seed}");

        var (began, cost) = (time.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var trouble = () => client.Trouble is { } why ? $"; no answer yet ({why}), trying again" : "";
        string Progress() => $"{Acknowledged:N0} acknowledged after {Moments.InWords(time.GetElapsedTime(began))}{trouble()}";
        await stage.Follow(Send(new(_plan, start), cancel), () => new Text(Progress()), Progress);
        var (took, spent) = (time.GetElapsedTime(began), Environment.CpuUsage.TotalTime - cost);
        console.MarkupLineInterpolated($"[bold]{Acknowledged:N0} acknowledged in {took.TotalSeconds:0.0} s, {Acknowledged / took.TotalSeconds:N0} a second[/]: accepted {_totals.Accepted:N0}, rejected {_totals.Rejected:N0}; the generator took {spent.TotalSeconds:0.0} s of processor time");
        foreach (var error in _totals.Errors) console.MarkupLineInterpolated($"[red]  line {error.Line} of its request: {error.Reason} {error.Detail}[/]");

        return await ReadBack(start, end, cancel) && _totals.AllAccepted ? 0 : 1;
    }

    private long Acknowledged => _totals.Accepted + _totals.Duplicate + _totals.Quarantined + _totals.Rejected;

    private async Task Add(CancellationToken cancel)
    {
        var known = (await client.Services(cancel)).ToHashSet();
        var missing = _plan.Services.Where(service => !known.Contains(service)).ToArray();
        if (missing.Length == 0) return;

        var began = time.GetTimestamp();
        var added = 0;
        string Progress() => $"{added:N0} of {missing.Length:N0} services added after {Moments.InWords(time.GetElapsedTime(began))}";
        await stage.Follow(
            Parallel.ForEachAsync(missing, Limit(PutsAtOnce, cancel), async (service, cancel) =>
            {
                await client.Put($"v1/services/{service}", new NewService(service, "other", null, Symptoms), cancel);
                Interlocked.Increment(ref added);
            }),
            () => new Text(Progress()), Progress);
    }

    private Task Send(DayLines lines, CancellationToken cancel)
    {
        var run = Guid.NewGuid().ToString("N");
        return Parallel.ForAsync(0, _plan.Parts, Limit(options.AtOnce, cancel), async (part, cancel) =>
        {
            lock (_lock) _totals.Offer(_plan.ReportsIn(part));
            // Sent again until it is answered: the same key and the same bytes count once.
            var answer = await client.Reports($"{run}-{part}", () => lines.Part(part), cancel);
            lock (_lock) _totals.Hear(answer);
        });
    }

    private async Task<bool> ReadBack(DateTimeOffset start, DateTimeOffset end, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var questions = DayCheck.Questions(_plan, options.ByRegion).ToArray();
        var differing = new ConcurrentBag<DayDifference>();
        var (read, found) = (0, 0L);
        string Progress() => $"{read:N0} of {questions.Length:N0} series read back after {Moments.InWords(time.GetElapsedTime(began))}";
        await stage.Follow(
            Parallel.ForEachAsync(questions, Limit(ReadsAtOnce, cancel), async (question, cancel) =>
            {
                var series = await client.Series(question.Service, question.Region, start, end, cancel);
                var reports = series.Points.Sum(point => point.Reports ?? 0);
                if (reports != question.Expected) differing.Add(new(question, reports));
                if (question.Region == DayCheck.All) Interlocked.Add(ref found, reports);
                Interlocked.Increment(ref read);
            }),
            () => new Text(Progress()), Progress);

        var console = stage.Console;
        var took = time.GetElapsedTime(began).TotalSeconds;
        if (differing.IsEmpty)
        {
            console.MarkupLineInterpolated($"[green]exact[/]: {questions.Length:N0} series read back in {took:0.0} s hold what was sent, {found:N0} reports in all");
            return true;
        }

        console.MarkupLineInterpolated($"[red]{differing.Count:N0} of {questions.Length:N0} series differ[/] ({took:0.0} s); in all {found:N0} where {options.Reports:N0} were sent");
        foreach (var (question, reports) in differing.OrderByDescending(difference => Math.Abs(difference.Found - difference.Question.Expected)).Take(MostShown))
            console.MarkupLineInterpolated($"[red]  {question.Service} {question.Region}: {reports:N0} where {question.Expected:N0} were sent[/]");
        console.MarkupLineInterpolated($"Where the server has had such a day before, another --prefix makes other services.");
        return false;
    }

    private static ParallelOptions Limit(int atOnce, CancellationToken cancel) => new() { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel };
}
