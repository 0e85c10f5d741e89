using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Aggregator.Simulator;

/// <summary>Looks at the aggregator once a second, as a dashboard would: what is a spike, what is an incident.</summary>
/// <param name="services">The services looked at; with more than one, everything is asked for and sorted out here.</param>
internal sealed class Watch(AggregatorClient client, TimeProvider time, IReadOnlyCollection<string> services)
{
    private readonly string _query = services.Count == 1 ? $"?service={services.First()}" : "";
    private readonly StrongBox<EntityTagHeaderValue?> _spikesTag = new();
    private readonly StrongBox<EntityTagHeaderValue?> _incidentsTag = new();
    private readonly ConcurrentDictionary<string, IncidentAnswer> _incidents = [];
    private IReadOnlyList<SpikeAnswer> _spikes = [];
    private HashSet<string>? _past;

    public Sightings Sightings { get; } = new();

    /// <summary>What has happened since it was last taken from here, in sentences.</summary>
    public ConcurrentQueue<string> News { get; } = [];

    /// <summary>Incidents that were open, or opened, since the first look; oldest first.</summary>
    public IReadOnlyList<IncidentAnswer> Incidents => [.. _incidents.Values.OrderBy(incident => incident.OpenedAt)];

    /// <summary>Whether nothing is left to wait for.</summary>
    public bool IsCalm => !Sightings.AnySpikeNow && _incidents.Values.All(incident => !incident.IsOpen);

    public async Task Look(CancellationToken cancel)
    {
        if (await client.Poll<SpikesAnswer>($"v1/spikes{_query}", _spikesTag, cancel) is { } changed)
            _spikes = [.. changed.Spikes.Where(spike => services.Contains(spike.Service))];
        foreach (var spike in Sightings.Look(time.GetUtcNow(), _spikes))
            Say($"{spike.Service} in {spike.Region} is a spike: {spike.Observed:0} reports where {spike.Expected:0.#} are usual.");

        if (await client.Poll<IncidentsAnswer>($"v1/incidents{_query}", _incidentsTag, cancel) is not { } answer) return;
        _past ??= [.. answer.Incidents.Where(incident => !incident.IsOpen).Select(incident => incident.Id)];
        foreach (var incident in answer.Incidents.Where(incident => services.Contains(incident.Service) && !_past.Contains(incident.Id)))
        {
            var known = _incidents.TryGetValue(incident.Id, out var before);
            _incidents[incident.Id] = incident;
            if (!known || before!.IsOpen != incident.IsOpen) Say($"incident {incident.Id} is {(incident.IsOpen ? "open" : "resolved")}.");
        }
    }

    /// <summary>Looks once a second until told to stop. A look that fails is missed, not the end: the aggregator may be restarting.</summary>
    public async Task Keep(CancellationToken cancel)
    {
        try
        {
            using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
            while (await tick.WaitForNextTickAsync(cancel))
            {
                try
                {
                    await Look(cancel);
                }
                catch (Exception missed) when (missed is HttpRequestException or ApiException or IOException or JsonException or TaskCanceledException && !cancel.IsCancellationRequested)
                {
                    _spikesTag.Value = _incidentsTag.Value = null;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private void Say(string what) => News.Enqueue($"{time.GetUtcNow():HH:mm:ss} {what}");
}
