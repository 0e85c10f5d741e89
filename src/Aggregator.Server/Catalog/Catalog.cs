using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>A service that can be reported on.</summary>
/// <param name="ShowsComments">Whether everybody may read what reporters write.</param>
/// <param name="Aliases">Other names that people search for it by.</param>
public sealed record CatalogService(
    string Service, string Name, string Category, string? Homepage, IReadOnlyList<string> Symptoms, bool ShowsComments = false, IReadOnlyList<string>? Aliases = null)
{
    public IReadOnlyList<string> Aliases { get; init; } = Aliases ?? [];
}

/// <summary>A region that can be reported from.</summary>
public sealed record CatalogRegion(string Region, string Name);

/// <summary>What can be reported on and from where: the same on every server within a second of a change.</summary>
/// <remarks>Kept in memory, so that a report never waits for it; while the store is away the last known catalog serves.</remarks>
internal sealed partial class Catalog(CatalogStore store, TimeProvider clock, ILogger<Catalog> logger) : BackgroundService
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(1);
    private static readonly IReadOnlyList<CatalogRegion> Builtin = Starter<CatalogRegion>("regions.json");

    private readonly ConcurrentDictionary<string, (string Document, object? Record)> _read = new();
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private Task? _next;
    private volatile Contents _contents = Contents.Nothing;

    public IReadOnlyCollection<CatalogService> Services => _contents.Services.Values;

    public IReadOnlyCollection<CatalogRegion> Regions => _contents.Regions.Values;

    /// <summary>Grows with each change.</summary>
    public long Version => _contents.Version;

    /// <summary>The catalog as it is now, for who reads many names.</summary>
    public CatalogNames Names => _contents.Names;

    public CatalogService? Find(ServiceKey service) => _contents.Services.GetValueOrDefault(service.Value);

    public CatalogRegion? Find(RegionCode region) => _contents.Regions.GetValueOrDefault(region.Value);

    /// <summary>The name of a region, or its code where it has none (any more).</summary>
    public string NameOf(string region) => region == RegionCode.All.Value ? "All regions" : _contents.Regions.GetValueOrDefault(region)?.Name ?? region;

    public Task<bool> Put(CatalogService service) => Change(store.PutService(service.Service, CatalogRecords.Write(service)));

    public Task<bool> Delete(ServiceKey service) => Change(store.DeleteService(service.Value));

    public Task<bool> Put(CatalogRegion region) => Change(store.PutRegion(region.Region, CatalogRecords.Write(region)));

    public Task<bool> Delete(RegionCode region) => Change(store.DeleteRegion(region.Value));

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await store.Version() == 0)
        {
            var starter = Starter<CatalogService>("services.json");
            await store.Seed(starter.Select(service => KeyValuePair.Create(service.Service, CatalogRecords.Write(service))));
        }

        await Load();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RefreshEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var version = await store.Version();
                if (version == 0 && Version > 0) await Restore();
                else if (version != Version) await Load();
            }
            catch (Exception error) when (StoreFaults.Caused(error))
            {
                LogStale(error.Message);
            }
        }
    }

    private async Task<bool> Change(Task<bool> change)
    {
        var answer = await change;
        await LoadFromNowOn();
        return answer;
    }

    /// <summary>The store was emptied under this server, which still has the catalog.</summary>
    private async Task Restore()
    {
        var regions = _contents.Regions.Values.Except(Builtin).Select(region => KeyValuePair.Create(region.Region, CatalogRecords.Write(region)));
        await store.Restore(_contents.Services.Keys.Select(service => KeyValuePair.Create(service, _read[service].Document)), regions, Version + 1);
        LogRestored(_contents.Services.Count);
    }

    /// <summary>A load that begins after this call: those who change something meanwhile share the next one.</summary>
    private Task LoadFromNowOn()
    {
        lock (_lock) return _next ??= After(_last);

        async Task After(Task before)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            lock (_lock) (_last, _next) = (_next!, null);
            await Load();
        }
    }

    private async Task Load()
    {
        var version = await store.Version();
        var (keptServices, keptRegions) = (await store.Services(), await store.Regions());
        foreach (var gone in _read.Keys.Except(keptServices.Keys).Except(keptRegions.Keys)) _read.TryRemove(gone, out _);
        var services = keptServices.Select(kept => Read<CatalogService>(kept, CatalogRecords.Service)).OfType<CatalogService>().ToFrozenDictionary(service => service.Service);
        var added = keptRegions.Select(kept => Read<CatalogRegion>(kept, CatalogRecords.Region)).OfType<CatalogRegion>();
        var regions = Builtin.Concat(added).GroupBy(region => region.Region).ToFrozenDictionary(same => same.Key, same => same.Last());
        if (version >= Version) _contents = new(version, services, regions);
    }

    /// <summary>A document that has not changed is what was read from it. One that cannot be read is left out, and said once: it must not take the others with it.</summary>
    private T? Read<T>(KeyValuePair<string, string> kept, Func<string, string, T?> parse) where T : class
    {
        if (_read.TryGetValue(kept.Key, out var known) && known.Document == kept.Value) return (T?)known.Record;

        var record = parse(kept.Key, kept.Value);
        if (record is null) LogUnreadable(kept.Key);
        _read[kept.Key] = (kept.Value, record);
        return record;
    }

    private static List<T> Starter<T>(string file)
    {
        using var stream = typeof(Catalog).Assembly.GetManifestResourceStream($"Aggregator.Server.Catalog.{file}")!;
        return JsonSerializer.Deserialize<List<T>>(stream, JsonSerializerOptions.Web)!;
    }

    private sealed record Contents(long Version, FrozenDictionary<string, CatalogService> Services, FrozenDictionary<string, CatalogRegion> Regions)
    {
        public CatalogNames Names { get; } = new(Services.Values, Regions.Keys);

        public static Contents Nothing { get; } = new(0, FrozenDictionary<string, CatalogService>.Empty, FrozenDictionary<string, CatalogRegion>.Empty);
    }

    [LoggerMessage(LogLevel.Error,
        "The store was emptied. The catalog ({Services} services) is written back, and silos write back the subscriptions and incidents that they still know; counts, baselines and earlier incidents are lost")]
    private partial void LogRestored(int services);

    [LoggerMessage(LogLevel.Debug, "The catalog could not be refreshed, the last one serves: {Reason}")]
    private partial void LogStale(string reason);

    [LoggerMessage(LogLevel.Warning, "'{Key}' of the catalog cannot be read and is left out; PUT it again to mend it, or DELETE it")]
    private partial void LogUnreadable(string key);
}
