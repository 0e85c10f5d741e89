using System.Diagnostics.Metrics;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>Every instrument, its unit, tags and words are written down in README.md, and nothing else is.</summary>
/// <remarks><c>UPDATE_LEDGERS=1</c> writes the table of metrics anew.</remarks>
[Collection(OneServer.Name)]
public sealed class TelemetryLedger(AggregatorFixture fixture)
{
    private const string Begins = "| Metric | Kind | Tags | In Prometheus | Means |\n|---|---|---|---|---|\n";

    [Fact]
    public async Task The_metrics_are_the_ones_that_are_written_down()
    {
        var file = Repository.File("README.md");
        var text = await File.ReadAllTextAsync(file);
        var (before, written, after) = Table(text, Begins);
        var rows = Emitted().Aggregate("", (table, instrument) => $"{table}{instrument.Row}\n");
        if (Environment.GetEnvironmentVariable("UPDATE_LEDGERS") == "1") await File.WriteAllTextAsync(file, before + rows + after);
        else Assert.Equal(written, rows);
    }

    [Fact, StartsProcess]
    public async Task Prometheus_finds_the_metrics_under_the_names_that_are_written_down()
    {
        var names = Emitted().Select(instrument => instrument.InPrometheus + (instrument.Kind == "histogram" ? "_count" : "")).ToHashSet();
        var served = await Served(found => found.Contains("aggregator_store_reachable") && found.Contains("aggregator_regions_awake"));
        Assert.Subset(names, served.Where(name => name.StartsWith("aggregator_", StringComparison.Ordinal) && !name.EndsWith("_bucket", StringComparison.Ordinal) && !name.EndsWith("_sum", StringComparison.Ordinal)).ToHashSet());
    }

    [Fact, StartsProcess]
    public async Task A_fresh_server_shows_every_counter_at_0_for_each_of_its_words()
    {
        var data = Directory.CreateTempSubdirectory("aggregator-fresh-");
        await using (var server = await ServerProcess.Start($"Store:DataDirectory={data.FullName}")) await ShowsAllAtZero(server.Http);
        data.Delete(recursive: true);
    }

    [Fact, StartsProcess]
    public async Task So_do_a_silo_and_a_gateway()
    {
        await using var redis = await RedisProcess.Start();
        string[] store = ["Store:Mode=Redis", $"Store:Connection={redis.Connection}"];
        await using var silo = await ServerProcess.Start([.. store, "Cluster:Role=Silo"]);
        await using var gateway = await ServerProcess.Start([.. store, "Cluster:Role=Gateway"]);
        await ShowsAllAtZero(silo.Http);
        await ShowsAllAtZero(gateway.Http);
    }

    [Fact]
    public void The_words_of_tags_are_members_of_closed_sets() => Assert.All(Emitted().SelectMany(instrument => instrument.Tags), tag => Assert.InRange(tag.Value.Count, 1, 12));

    /// <summary>The names of all series that a server tells Prometheus of, once there are those wanted.</summary>
    /// <remarks>In a process of its own: where two servers share one, what the first stops to tell is not told by the second either.</remarks>
    public static async Task<HashSet<string>> Served(Predicate<HashSet<string>> wanted)
    {
        var data = Directory.CreateTempSubdirectory("aggregator-metrics-");
        try
        {
            await using var server = await ServerProcess.Start($"Store:DataDirectory={data.FullName}");
            using var told = await server.Http.PostAsJsonAsync("/v1/services/x/reports", new { symptom = "login", region = "US" });
            return await Eventually.Is("the metrics", async () => (HashSet<string>)
                [.. (await server.Http.GetStringAsync("/metrics")).Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('{', ' ')[0])], found => wanted(found));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private async Task ShowsAllAtZero(HttpClient http)
    {
        var shown = (await Scrape.Of(http)).Series;
        var counters = Emitted().Where(instrument => instrument.Kind == "counter").SelectMany(instrument => instrument.Series).ToHashSet();
        Assert.NotEmpty(counters);
        Assert.All(counters, series => Assert.True(shown.TryGetValue(series, out var value) && value == 0, $"{series} is not shown at 0."));
        Assert.Equal(counters, shown.Keys.Where(series => series.Split('{')[0].EndsWith("_total", StringComparison.Ordinal)).ToHashSet());
    }

    /// <summary>The rows of a table of README.md, and what stands before and after them.</summary>
    internal static (string Before, string Rows, string After) Table(string text, string head)
    {
        var begin = text.IndexOf(head, StringComparison.Ordinal) + head.Length;
        Assert.True(begin >= head.Length, $"README.md has no table that begins with {head}");
        var end = text.IndexOf("\n\n", begin, StringComparison.Ordinal) + 1;
        return (text[..begin], text[begin..end], text[end..]);
    }

    /// <summary>Every fact, with every word it can be told with.</summary>
    internal IReadOnlyList<Instrument> Emitted()
    {
        var meters = fixture.Server.Get<IMeterFactory>();
        using var instruments = new Instruments(meters);
        var intake = new Telemetry(meters);
        intake.Limited("reporter");
        intake.Limited("network");
        foreach (var fault in Enum.GetValues<ProxyFault>()) intake.Hidden(fault);
        foreach (var result in Enum.GetValues<IntakeResult>().Except([IntakeResult.QueueFull])) intake.Committed(result, 1, TimeSpan.Zero);
        foreach (var reason in Enum.GetValues<IntakeResult>().Except([IntakeResult.Committed, IntakeResult.OtherContent])) intake.Refused(reason, 0);
        var report = new Report(SeriesKey.Parse("x|US"), default, "app", 1, null, null);
        intake.Received([report, report, report], [new(1, default), new(0, ReportOutcome.Duplicate), new(0, ReportOutcome.Quarantined)]);

        var grains = new GrainTelemetry(meters);
        foreach (var level in Enum.GetValues<Level>())
        {
            foreach (var reason in Enum.GetValues<VerdictReason>()) grains.Judged(level, reason, TimeSpan.Zero);
        }

        foreach (var sight in Enum.GetValues<Sight>().Except([Sight.Open])) grains.Blind(sight);
        foreach (var kind in Enum.GetValues<ChangeKind>()) grains.Changed(kind);
        foreach (var outcome in Enum.GetValues<AttemptOutcome>()) grains.Attempted(outcome, TimeSpan.Zero);
        grains.Awake(0);
        grains.Waiting(0);
        grains.Delivered(TimeSpan.Zero);
        grains.Overtaken(1);
        grains.GivenUp();
        return instruments.Read();
    }
}
