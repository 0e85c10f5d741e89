using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>A service that is down in one region for as long as this lives; every gateway is watched: once it was a spike, nobody may call it over.</summary>
internal sealed class Outage : IAsyncDisposable
{
    private const int ReportsAtOnce = 40;
    private const int CalmOnceIn = 120; // of the times that reports come, one also comes from a region that is well
    private const int CachedFor = 8; // looks
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SpikesWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ToldWithin = TimeSpan.FromSeconds(60);

    private readonly ClusterProcesses _cluster;
    private readonly Receiver _receiver;
    private readonly string _service;
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource<TimeSpan> _spiked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _falsehoods = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Task[] _working;
    private int _people;

    private Outage(ClusterProcesses cluster, Receiver receiver, string service)
    {
        (_cluster, _receiver, _service) = (cluster, receiver, service);
        _working = [Complain(), .. cluster.Gateways.Select(Watch)];
    }

    /// <summary>How long after its first report it was a spike, at whichever gateway showed it first.</summary>
    public Task<TimeSpan> Spiked => _spiked.Task.WaitAsync(SpikesWithin, TimeProvider.System);

    /// <param name="receiver">Is told of this service alone: of many that are down at once a subscriber hears together.</param>
    public static async Task<Outage> Begin(ClusterProcesses cluster, Receiver receiver, string service)
    {
        await cluster.Add(service);
        await cluster.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = receiver.Url(service), services = new[] { service } }).Json(HttpStatusCode.Created);
        return new(cluster, receiver, service);
    }

    /// <summary>One incident, every change of it told to the subscriber under its own id and no other; and nobody was told that it was over.</summary>
    public async Task IsOneStory()
    {
        await Eventually.Right("all changes told, and no others", ToldWithin, async () =>
        {
            var incidents = (await (await _cluster.Http.GetAsync($"/v1/incidents?service={_service}")).Json()).List("incidents");
            if (incidents.Length != 1) return $"{incidents.Length} incidents";
            var id = incidents[0].Text("id");
            var changes = incidents[0].List("changes").Select(change => $"msg_{id}_{change.Number("sequence")}").Order().ToArray();
            var told = _receiver.Told.Where(one => one.Path == $"/{_service}").ToArray();
            if (told.GroupBy(one => one.Id).FirstOrDefault(same => same.Select(one => one.Body).Distinct().Count() > 1) is { } two) return $"{two.Key} was told in two ways";
            var ids = told.Select(one => one.Id).Distinct().Order().ToArray();
            return changes.SequenceEqual(ids) ? null : $"{string.Join(' ', ids)}, not {string.Join(' ', changes)}";
        });
        Assert.Empty(_falsehoods);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_working);
        _over.Dispose();
    }

    private async Task Complain()
    {
        for (var time = 0; !_over.IsCancellationRequested; time++)
        {
            var lines = Enumerable.Range(0, ReportsAtOnce).Select(_ => $$"""{"service":"{{_service}}","region":"US","reporter":"r{{_people}}","network":"n{{_people++}}"}""");
            if (time % CalmOnceIn == 0) lines = lines.Append($$"""{"service":"{{_service}}","region":"DE","reporter":"calm{{time}}"}""");
            using var content = new StringContent(string.Join('\n', lines), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
            try
            {
                using var answer = await _cluster.Operator.PostAsync("/v1/reports", content, _over.Token);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
            {
                // The next ones will be heard.
            }

            await Pause(Every);
        }
    }

    private async Task Watch(ServerProcess gateway)
    {
        for (var seen = 0; !_over.IsCancellationRequested; await Pause(LookEvery))
        {
            try
            {
                var level = (await Ask(gateway, $"/v1/services?q={_service}"))?.List("services").Where(one => one.Text("service") == _service).Select(one => one.Text("level")).SingleOrDefault();
                if (level == "Spike")
                {
                    seen++;
                    _spiked.TrySetResult(_watch.Elapsed);
                }
                else if (seen > 0 && level != "Unknown") Note(gateway, $"said {level ?? "that there is no such service"}");

                if (seen > CachedFor) await LookCloser(gateway);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
            {
                // It is dead, or it stands still.
            }
        }
    }

    /// <summary>The other ways to ask: none is calm, and none breaks.</summary>
    private async Task LookCloser(ServerProcess gateway)
    {
        if (await Ask(gateway, $"/v1/spikes?service={_service}") is { } spikes && spikes.List("spikes").Length == 0 && spikes.GetProperty("complete").GetBoolean()) Note(gateway, "listed no spike and said that it saw all");
        await Ask(gateway, $"/v1/services/{_service}/regions");
        using var page = new HttpRequestMessage(HttpMethod.Get, $"/services/{_service}") { Headers = { Accept = { new("text/html") } } };
        using var answer = await gateway.Http.SendAsync(page, _over.Token);
        if (!answer.IsSuccessStatusCode) Note(gateway, $"answered the page with {answer.StatusCode}");
    }

    private async Task<JsonElement?> Ask(ServerProcess gateway, string path)
    {
        using var answer = await gateway.Http.GetAsync(path, _over.Token);
        if (answer.IsSuccessStatusCode) return await answer.Json();
        Note(gateway, $"answered {path} with {answer.StatusCode}");
        return null;
    }

    private void Note(ServerProcess gateway, string falsehood) => _falsehoods.Enqueue($"{_watch.Elapsed}: {gateway.Address} {falsehood}");

    private Task Pause(TimeSpan time) => Rest.For(time, _over.Token);
}
