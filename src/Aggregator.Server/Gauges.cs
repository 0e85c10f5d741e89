using System.Diagnostics.Metrics;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>What is read when somebody collects: how full, how many, how well. Nothing is computed in between but whether the store answers.</summary>
internal sealed class Gauges : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly StoreConnection _store;
    private readonly TimeProvider _clock;
    private volatile Look? _look;

    public Gauges(StoreConnection store, Intake intake, LiveFeed feed, SnapshotCache snapshots, IServiceProvider services, IMeterFactory meters, TimeProvider clock)
    {
        (_store, _clock) = (store, clock);
        var meter = meters.Create(Tracing.Name);
        meter.CreateObservableGauge<long>("aggregator.intake.waiting", () => intake.Queue.Waiting, "{report}", "Single reports that wait for their commit.");
        meter.CreateObservableGauge<long>("aggregator.intake.capacity", () => intake.Queue.AtMost, "{report}", "Single reports that may wait; the next one is refused.");
        meter.CreateObservableGauge<long>("aggregator.incidents.open", () => snapshots.Latest.Services.Values.Count(service => service.OpenIncident is not null), "{incident}",
            "Open incidents of the whole cluster, as this server sees them.");
        meter.CreateObservableGauge<long>("aggregator.spikes.open", () => snapshots.Latest.Services.Values.Sum(service => service.Regions.Count(region => region.Verdict.Level == Level.Spike)), "{spike}",
            "Regions of services at `Spike` in the whole cluster, as this server sees them; `ALL` counts as one.");
        meter.CreateObservableGauge<long>("aggregator.stream.readers", () => feed.Readers, "{reader}", "Readers of the live stream on this server.");
        meter.CreateObservableGauge("aggregator.store.reachable", () => Seen(look => look.Answers ? 1 : 0), "{store}", "1 where the store answered when it was last asked, every 5 seconds, else 0.");
        meter.CreateObservableGauge("aggregator.store.memory.used", () => Seen(look => look.Memory?.Used), "By", "Memory that the store holds; of the embedded one, what counts towards its limit.");
        meter.CreateObservableGauge("aggregator.store.memory.limit", () => Seen(look => look.Memory?.Limit), "By", "Memory that the store may hold, 0 where it has no limit. The embedded one refuses reports from four fifths on.");

        // A gateway asks silos for everything and is none.
        if (services.GetService<ISiloStatusOracle>() is { } silos)
            meter.CreateObservableGauge<long>("aggregator.silos.active", () => silos.GetApproximateSiloStatuses(onlyActive: true).Count, "{silo}", "Silos of the cluster that are active, as this one sees them.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, _clock);
        do
        {
            _look = await Ask();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<Look> Ask()
    {
        var answers = false;
        try
        {
            // The connection of the reports says soonest that nobody answers.
            await _store.Reports.PingAsync();
            answers = true;
            return new(answers, await _store.Memory());
        }
        catch (Exception)
        {
            // Some Redis answer all but this question.
            return new(answers, null);
        }
    }

    /// <summary>Nothing where the store was not asked yet, or did not say.</summary>
    private IEnumerable<Measurement<long>> Seen(Func<Look, long?> figure) => _look is { } look && figure(look) is { } value ? [new(value)] : [];

    private sealed record Look(bool Answers, (long Used, long Limit)? Memory);
}
