using Spectre.Console;

namespace Aggregator.Simulator;

/// <summary>Plays a scenario: tells the aggregator of the ordinary days before, sends the crowd, and says what was detected.</summary>
internal sealed class ScenarioReplay(AggregatorClient client, Stage stage, TimeProvider time, ReplayOptions options)
{
    private const int LinesPerRequest = 14;

    public async Task<int> Run(string path, CancellationToken cancel)
    {
        var scenario = ScenarioFile.Read(path);
        var (start, end) = Part(scenario, options);
        var named = new Named(
            scenario.Series.GroupBy(series => series.Key.Service.Value)
                .ToDictionary(service => service.Key, service => new SortedSet<string>(service.First().Symptoms.Select(symptom => symptom.Symptom))),
            scenario.Series.Select(series => series.Key.Region.Value).ToHashSet());

        var catalog = new Catalog(client, stage.Console);
        if (options.Add) await catalog.Add(named, cancel);
        await catalog.Check(named, cancel);

        var now = time.GetUtcNow();
        var run = $"sim{now.ToUnixTimeMilliseconds():x}";
        var clock = new ReplayClock(start, Minute(now), now, options.Speed);
        await Tell([.. History.Before(scenario, clock, options.Seed)], "history", cancel);

        var watch = new Watch(client, time, named.SymptomsByService.Keys.ToArray());
        await watch.Look(cancel);
        // Telling took its time: the minutes since are history too, up to the one in which the crowd sets in.
        now = time.GetUtcNow();
        await Tell([.. History.Since(scenario, Minute(now), clock, options.Seed)], "history of the last minutes", cancel);
        clock = clock with { Live = now };

        var sender = new Sender(client, time, run);
        var performance = new Performance(client, sender, watch, stage, time);
        var crowd = new LiveCrowd(scenario, clock, end, options.Seed, run);
        stage.Console.MarkupLineInterpolated($"[bold]{scenario.Name}[/] from {start:HH:mm:ss} to {end:HH:mm:ss}, {options.Speed:0.##} times faster: {Moments.InWords((end - start) / options.Speed)}");

        var stopped = await performance.Run(crowd.Reports(), clock, end, options.Wait, () => ScenarioTables.Live(scenario, clock, end, watch.Sightings), cancel);

        // A wave that an early end cut off has not been missed.
        var reached = stopped is null ? end : clock.ToScenario(time.GetUtcNow());
        var rows = Scoreboard.Rows(scenario, clock, reached < end ? reached : end, watch.Sightings.EpisodesOf).ToArray();
        stage.Console.Write(ScenarioTables.Final(rows, watch.Sightings));
        performance.Close(stage.Console);
        return performance.ExitCode(stage.Console, stopped, rows.Any(row => row.Sight == Sight.FalseSpike));
    }

    /// <summary>The part of the scenario that is asked for.</summary>
    /// <exception cref="UsageException">It lies outside the scenario, or is none.</exception>
    internal static (DateTimeOffset Start, DateTimeOffset End) Part(Scenario scenario, ReplayOptions options)
    {
        var day = DateOnly.FromDateTime(scenario.Start.UtcDateTime);
        var start = Arguments.Moment("--start", options.Start, day) ?? scenario.Start;
        var end = Arguments.Moment("--end", options.End, day) ?? scenario.End;
        if (start < scenario.Start || start >= scenario.End) throw new UsageException($"--start: '{scenario.Name}' runs from {scenario.Start:HH:mm} to {scenario.End:HH:mm} UTC.");
        if (end > scenario.End || end <= start) throw new UsageException($"--end: it must be after the start, and '{scenario.Name}' ends at {scenario.End:HH:mm} UTC.");
        return (start, end);
    }

    private async Task Tell(HistoryLine[] lines, string what, CancellationToken cancel)
    {
        if (lines.Length == 0) return;
        var (told, minutes) = (0, 0L);
        async Task Send()
        {
            foreach (var chunk in lines.Chunk(LinesPerRequest))
            {
                minutes += (await client.History(Lines.Of(chunk), cancel)).Minutes;
                told += chunk.Length;
            }
        }

        string Line() => $"{what}: {told} of {lines.Length} lines told, {minutes:N0} minutes{(client.Trouble is { } why ? $" (no answer yet: {why})" : "")}";
        await stage.Follow(Send(), () => new Text(Line()), Line);
    }

    private static DateTimeOffset Minute(DateTimeOffset moment) => moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerMinute));
}
