using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>In real time, in a server of its own whose collector does not answer: what is told is heard in this process.</summary>
[Trait("Takes", "long")]
public sealed partial class TraceTests : IAsyncLifetime
{
    private const string Begins = "| Span | Tags | Means |\n|---|---|---|\n";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);
    private static readonly string[] Walk = ["POST /v1/services/{service}/reports", Tracing.Commit, Tracing.Hint, Tracing.Judge, Tracing.Change, Tracing.Tell, Tracing.Deliver];

    private readonly ConcurrentDictionary<ActivitySpanId, Activity> _ended = new();
    private readonly ActivityListener _listener;
    private RunningServer _server = null!;
    private Receiver _receiver = null!;
    private Instruments _instruments = null!;

    public TraceTests()
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name is Tracing.Name or "Microsoft.AspNetCore" or "Microsoft.Orleans.Application",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => _ended[activity.SpanId] = activity,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.Start();
        _server = await RunningServer.Start([.. RunningServer.BelievingProxies, "Webhooks:AllowPrivateNetworks=true", $"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:{Ports.Free()}/v1/traces", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf"]);
        _instruments = new(_server.Get<IMeterFactory>());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _receiver.DisposeAsync();
        _instruments.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task One_trace_leads_from_a_report_to_the_delivery_it_caused_and_the_reports_beside_it_are_linked()
    {
        var service = await _server.NewService("app", "login");
        await _server.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = _receiver.Url(), services = new[] { service }, format = "standard" });
        await Eventually.Is("a ping", () => Task.FromResult(_receiver.All), all => all.Count > 0, Soon);
        await Eventually.Is("a message", FloodAndLook, told => told.Count > 0, Soon);

        var delivered = await Eventually.Get("the delivery's span", Soon, () => Task.FromResult(Spans(Tracing.Deliver).FirstOrDefault(span => $"{span.GetTagItem("aggregator.delivery")}" == _receiver.Told[0].Id)));
        List<Activity> way = [delivered];
        while (_ended.TryGetValue(way[0].ParentSpanId, out var parent)) way.Insert(0, parent);
        Print(way);
        Assert.DoesNotContain("traceparent", _receiver.Told[0].Headers, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(Walk, way.Where(span => span.Source.Name != "Microsoft.Orleans.Application").Select(span => span.DisplayName));
        Assert.Single(way.Select(span => span.TraceId).Distinct());
        Assert.Equal(3, way.Count(span => span.Source.Name == "Microsoft.Orleans.Application" && span.Kind == ActivityKind.Server));
        Assert.Equal(Tracing.Append, Assert.Single(_ended.Values, span => span.ParentSpanId == way[1].SpanId && span.DisplayName == Tracing.Append).DisplayName);

        // The last ones may still be on their way. Other tests' servers are heard too, and refuse some: theirs lead to no commit.
        var requests = _ended.Values.Where(span => span.DisplayName == Walk[0] && $"{span.GetTagItem("url.path")}".Contains($"/{service}/", StringComparison.Ordinal)).OrderBy(span => span.StartTimeUtc).Take(1000).ToList();
        var (commits, goesOn) = (Spans(Tracing.Commit).ToDictionary(span => span.SpanId), Spans(Tracing.Commit).ToLookup(span => span.ParentSpanId));
        Assert.NotEmpty(requests);
        Assert.All(requests, request =>
        {
            if (goesOn.Contains(request.SpanId)) return;
            var commit = commits[Assert.Single(request.Links).Context.SpanId];
            Assert.True(commit.Links.Any(link => link.Context.SpanId == request.SpanId) || commit.Links.Count() == 31);
        });

        await TheLedgerHasEverySpanAndEveryTag();
        await TheLedgerHasEveryMeasurement();

        async Task<IReadOnlyList<Received>> FloodAndLook()
        {
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => _server.Report(service, new { symptom = "login", region = "US" }).Json(HttpStatusCode.Accepted)));
            return _receiver.Told;
        }
    }

    private async Task TheLedgerHasEverySpanAndEveryTag()
    {
        var written = TelemetryLedger.Table(await File.ReadAllTextAsync(Repository.File("README.md"), TestContext.Current.CancellationToken), Begins).Rows.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(row => row.Split('|')).ToDictionary(cells => Word().Match(cells[1]).Value, cells => Word().Matches(cells[2]).Select(tag => tag.Value).Order().ToList());
        var own = _ended.Values.Where(span => span.Source.Name == Tracing.Name).GroupBy(span => span.DisplayName)
            .ToDictionary(spans => spans.Key, spans => spans.SelectMany(span => span.TagObjects.Select(tag => tag.Key)).Distinct().Order().ToList());
        Assert.Equal(written.Keys.Order(), own.Keys.Order());
        Assert.All(own, span => Assert.Equal(written[span.Key], span.Value));
    }

    // What only happens in trouble is another test's; that all is written down with its words, the ledger's.
    private async Task TheLedgerHasEveryMeasurement()
    {
        var heard = await Eventually.Is("the gauges", () => Task.FromResult(_instruments.Read()), all => all.Single(one => one.Name == "aggregator.store.memory.used").WasHeard);
        Assert.Empty(heard.Where(instrument => !instrument.WasHeard).Select(instrument => instrument.Name).Except([Telemetry.LimitedName, Telemetry.RefusedName, Telemetry.HiddenName, "aggregator.buckets.blind"]));
        var ledger = await File.ReadAllTextAsync(Repository.File("README.md"), TestContext.Current.CancellationToken);
        foreach (var instrument in heard)
        {
            var row = ledger.Split('\n').Single(line => line.StartsWith($"| `{instrument.Name}` ", StringComparison.Ordinal));
            Assert.All(instrument.Tags.SelectMany(tag => tag.Value.Append(tag.Key)), word => Assert.Contains($"`{word}`", row, StringComparison.Ordinal));
        }
    }

    private List<Activity> Spans(string name) => [.. _ended.Values.Where(span => span.Source.Name == Tracing.Name && span.DisplayName == name)];

    private static void Print(List<Activity> way)
    {
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"trace {way[0].TraceId}");
        foreach (var (depth, span) in way.Index())
            output.WriteLine($"{(span.StartTimeUtc - way[0].StartTimeUtc).TotalMilliseconds,8:0.0} ms {new string(' ', 2 * depth)}{span.DisplayName} ({span.Duration.TotalMilliseconds:0.0} ms, {span.Links.Count()} links) {string.Join(' ', span.TagObjects.Where(tag => tag.Key.StartsWith("aggregator.", StringComparison.Ordinal)).Select(tag => $"{tag.Key[11..]}={tag.Value}"))}");
    }

    [GeneratedRegex("(?<=`)[a-z_.]+(?=`)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}

/// <summary>How many traces are begun, and by whom.</summary>
public sealed class TraceLimitTests
{
    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";
    private readonly Microsoft.Extensions.Time.Testing.FakeTimeProvider _clock = new();
    private readonly TraceLimit _limit;

    public TraceLimitTests() => _limit = new(_clock);

    [Fact]
    public void A_storm_begins_no_more_than_the_limit_and_the_next_second_begins_anew()
    {
        Assert.Equal(TraceLimit.ASecond, Enumerable.Range(0, 1000).Count(_ => Begins(Request)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Begins(Request));
    }

    [Fact]
    public void What_leads_nowhere_begins_none() => Assert.False(Begins("IBoardGrain/Read"));

    [Fact]
    public void What_has_begun_goes_on_whatever_the_limit()
    {
        while (Begins(Request))
        {
        }

        Assert.True(Begins(Tracing.Judge, new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded)));
        Assert.True(Begins("IRegionGrain/Absorb", new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true)));
        Assert.False(Begins(Tracing.Judge, new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None)));
    }

    [Fact]
    public void A_caller_who_says_that_all_is_recorded_is_counted_like_anybody()
    {
        ActivityContext theirs = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        Assert.Equal(TraceLimit.ASecond, Enumerable.Range(0, 1000).Count(_ => Begins(Request, theirs)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(Begins(Request, new(theirs.TraceId, theirs.SpanId, ActivityTraceFlags.None, isRemote: true)));
    }

    private bool Begins(string name, ActivityContext parent = default) =>
        _limit.ShouldSample(new(parent, parent.TraceId, name, ActivityKind.Internal, null, null)).Decision == OpenTelemetry.Trace.SamplingDecision.RecordAndSample;
}
