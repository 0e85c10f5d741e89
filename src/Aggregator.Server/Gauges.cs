using System.Diagnostics.Metrics;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>What is read when somebody collects: how full, how many, how well. Nothing is computed in between.</summary>
internal sealed class Gauges : IHostedService
{
    private readonly StoreWatch _store;

    public Gauges(StoreWatch store, Intake intake, LiveFeed feed, SnapshotCache snapshots, IServiceProvider services, IMeterFactory meters)
    {
        _store = store;
        var meter = meters.Create(Tracing.Name);
        meter.CreateObservableGauge<long>("aggregator.intake.waiting", () => intake.Queue.Waiting, "{report}", "Single reports that wait for their commit.");
        meter.CreateObservableGauge<long>("aggregator.intake.capacity", () => intake.Queue.AtMost, "{report}", "Single reports that may wait; the next one is refused.");
        meter.CreateObservableGauge<long>("aggregator.incidents.open", () => snapshots.Latest.Services.Values.Count(service => service.OpenIncident is not null), "{incident}",
            "Open incidents of the whole cluster, as this server sees them.");
        meter.CreateObservableGauge<long>("aggregator.spikes.open", () => snapshots.Latest.Services.Values.Sum(service => service.Regions.Count(region => region.Verdict.Level == Level.Spike)), "{spike}",
            "Regions of services at `Spike` in the whole cluster, as this server sees them; `ALL` counts as one.");
        meter.CreateObservableGauge<long>("aggregator.stream.readers", () => feed.Readers, "{reader}", "Readers of the live stream on this server.");
        meter.CreateObservableGauge("aggregator.store.reachable", () => Seen(look => look.Fault is StoreFault.Unreachable or StoreFault.Loading ? 0 : 1), "{store}", "1 where the store answered when it was last asked, every 5 seconds, else 0.");
        meter.CreateObservableGauge("aggregator.store.memory.used", () => Seen(look => look.Memory?.Used), "By", "Memory that the store holds; of the embedded one, what counts towards its limit.");
        meter.CreateObservableGauge("aggregator.store.memory.limit", () => Seen(look => look.Memory?.Limit), "By", "Memory that the store may hold, 0 where it has no limit. The embedded one refuses reports from four fifths on.");

        // A gateway asks silos for everything and is none.
        if (services.GetService<ISiloStatusOracle>() is { } silos)
            meter.CreateObservableGauge<long>("aggregator.silos.active", () => silos.GetApproximateSiloStatuses(onlyActive: true).Count, "{silo}", "Silos of the cluster that are active, as this one sees them.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Nothing where the store was not asked yet, or did not say.</summary>
    private IEnumerable<Measurement<long>> Seen(Func<StoreLook, long?> figure) => _store.Latest is { } look && figure(look) is { } value ? [new(value)] : [];
}
