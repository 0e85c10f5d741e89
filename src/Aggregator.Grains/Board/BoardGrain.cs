using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

/// <remarks>
/// Kept in memory only: when it starts it wakes the services of its shard that were heard of within a day or have something left to do, and they post.
/// While it lives it looks after them, so that a service whose silo died is woken elsewhere although nobody reports on it.
/// </remarks>
[GrainType("board")]
internal sealed partial class BoardGrain(
    ReportStore store, CatalogStore catalog, PendingServices pending, TimeProvider clock, ILogger<BoardGrain> logger) : Grain, IBoardGrain
{
    private const int WakingAtOnce = 32;
    private static readonly TimeSpan LookAfterEvery = TimeSpan.FromSeconds(10);

    private readonly Guid _epoch = Guid.NewGuid();
    private readonly Dictionary<string, (ServiceStanding Standing, long Version)> _standings = [];
    private readonly HashSet<ServiceKey> _asleep = [];
    private long _version;
    private bool _complete;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(LookAfter, new GrainTimerCreationOptions(TimeSpan.Zero, LookAfterEvery) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    public Task Post(ServiceStanding standing)
    {
        _standings[standing.Service] = (standing, ++_version);
        return Task.CompletedTask;
    }

    public Task<BoardPage> Read(Guid epoch, long version) => Task.FromResult(new BoardPage(
        _epoch, _version, _complete,
        epoch == _epoch && version == _version
            ? []
            : [.. _standings.Values.Where(posted => epoch != _epoch || posted.Version > version).Select(posted => posted.Standing)]));

    private async Task LookAfter(CancellationToken cancellationToken)
    {
        try
        {
            await WakePending(cancellationToken);
            if (_complete) await WakeTheRestless(cancellationToken);
            else await WakeAll(cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogWakingFailed(error, this.GetPrimaryKeyLong());
        }
    }

    /// <summary>Wakes every service that has something left to do, however long ago it was reported on, and ends what is open of one that has left the catalog.</summary>
    private async Task WakePending(CancellationToken cancellationToken)
    {
        var shard = (int)this.GetPrimaryKeyLong();
        if (!_complete) await pending.AddFromArchive(shard);
        await Each(await pending.Of(shard), WakeOrClose, cancellationToken);
    }

    private async Task WakeAll(CancellationToken cancellationToken)
    {
        var services = (await catalog.Services()).Keys.Select(ServiceKey.Parse).Where(service => StoreKeys.ShardOf(service) == this.GetPrimaryKeyLong());
        var since = clock.GetUtcNow() - ReportStore.BucketsKept;
        await Each(services, service => WakeIfHeardOf(service, since), cancellationToken);
        _complete = true;
        _version++;
    }

    private async Task WakeIfHeardOf(ServiceKey service, DateTimeOffset since)
    {
        var recent = (await store.ReadRegions(service)).Where(region => region.Value > since).Select(region => region.Key.Value).ToList();
        if (recent.Count == 0) return;

        await GrainFactory.GetGrain<IServiceGrain>(service.Value).Wake();
        foreach (var region in recent.Append(RegionCode.All.Value)) await GrainFactory.GetGrain<IRegionGrain>($"{service}|{region}").Wake();
    }

    private async Task WakeOrClose(ServiceKey service)
    {
        var grain = GrainFactory.GetGrain<IServiceGrain>(service.Value);
        await (await catalog.Has(service) ? grain.Wake() : grain.Close());
    }

    /// <summary>Wakes services some at a time. One that cannot wake must not keep the others of its shard from being seen; of itself nothing is known.</summary>
    private async Task Each(IEnumerable<ServiceKey> services, Func<ServiceKey, Task> wake, CancellationToken cancellationToken)
    {
        foreach (var chunk in services.Chunk(WakingAtOnce))
        {
            await Task.WhenAll(chunk.Select(Apart));
            cancellationToken.ThrowIfCancellationRequested();
        }

        async Task Apart(ServiceKey service)
        {
            try
            {
                await wake(service);
                _asleep.Remove(service);
            }
            catch (Exception error) when (!StoreFaults.Caused(error))
            {
                if (!_asleep.Add(service)) return;
                LogServiceAsleep(error, service);
                await Post(new(service.Value, Level.Unknown, clock.GetUtcNow(), 0, 0, [], [], null));
            }
        }
    }

    private async Task WakeTheRestless(CancellationToken cancellationToken)
    {
        var restless = _standings.Values.Where(posted => posted.Standing is { Level: not Level.Normal } or { OpenIncident: not null } or { Reports15m: > 0 })
            .Select(posted => ServiceKey.Parse(posted.Standing.Service)).ToList();
        await Each(restless, service => GrainFactory.GetGrain<IServiceGrain>(service.Value).Wake(), cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "{Service} could not be woken: nothing is known of it until it is reported on")]
    private partial void LogServiceAsleep(Exception error, ServiceKey service);

    [LoggerMessage(LogLevel.Warning, "Board {Shard} could not wake its services; it tries again in 10 seconds")]
    private partial void LogWakingFailed(Exception error, long shard);
}
