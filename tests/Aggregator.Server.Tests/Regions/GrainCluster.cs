using System.Collections.Concurrent;
using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Storage;
using Orleans.TestingHost;
using StackExchange.Redis;

namespace Aggregator.Server.Tests;

/// <summary>The grains of one silo on a fake clock and a real store, without the server around them.</summary>
internal sealed class GrainCluster : IAsyncDisposable
{
    private static readonly BucketGrid Ten = BucketGrid.TenSeconds;
    private readonly StoreConnection _connection;
    private readonly ConcurrentQueue<string> _said = new();
    private InProcessTestCluster _cluster = null!;

    private GrainCluster(StoreConnection connection, DateTimeOffset now)
    {
        _connection = connection;
        Clock = new(now);
        Store = new(connection, Options.Create(new ReportOptions()), Clock);
    }

    public FakeTimeProvider Clock { get; }

    public ReportStore Store { get; }

    public GrainStates States { get; private set; } = null!;

    /// <summary>What regions have logged.</summary>
    public IReadOnlyCollection<string> Said => _said;

    /// <summary>What a region's question to ALL has to wait for on its way; where it fails, so does the question.</summary>
    public Task WayToAll { get; set; } = Task.CompletedTask;

    private string Prefix => _connection.Prefix;

    public static async Task<GrainCluster> Start(StoreConnection connection, DateTimeOffset now)
    {
        var cluster = new GrainCluster(connection, now);
        foreach (var service in (string[])["x", "y"]) await cluster.Catalog.PutService(service, "{}");
        await cluster.Begin();
        return cluster;
    }

    public IRegionGrain Region(SeriesKey series) => _cluster.Client.GetGrain<IRegionGrain>(series.ToString());

    public ISubscriptionGrain Subscription(string id) => _cluster.Client.GetGrain<ISubscriptionGrain>(id);

    public IServiceGrain Service(string service) => _cluster.Client.GetGrain<IServiceGrain>(service);

    public IncidentStore Incidents => new(_connection, NullLogger<IncidentStore>.Instance);

    public CatalogStore Catalog => new(_connection);

    public PendingServices Pending => new(_connection);

    /// <summary>The store is that of a server which kept no list of pending services.</summary>
    public Task ForgetPending(string service)
    {
        var (names, shard) = (new StoreKeys(Prefix), StoreKeys.ShardOf(ServiceKey.Parse(service)));
        return _connection.Shared.KeyDeleteAsync([names.Pending(shard), names.PendingSince(shard)]);
    }

    /// <summary>What every server is told of a service.</summary>
    public async Task<ServiceStanding?> Standing(string service) =>
        (await _cluster.Client.GetGrain<IBoardGrain>(StoreKeys.ShardOf(ServiceKey.Parse(service))).Read(Guid.Empty, 0)).Changed.SingleOrDefault(standing => standing.Service == service);

    /// <summary>The servers were open for reports throughout.</summary>
    public async Task Open(DateTimeOffset from, DateTimeOffset to)
    {
        foreach (var day in Enumerable.Range(0, (int)(to - from).TotalDays + 2).Select(i => Ten.IndexOf(from) / Ten.PerDay + i))
        {
            var key = new StoreKeys(Prefix).Open(day);
            var bits = (byte[]?)await _connection.Shared.StringGetAsync(key) ?? [];
            Array.Resize(ref bits, Ten.PerDay / 8);
            for (var bucket = 0; bucket < Ten.PerDay; bucket++)
            {
                var at = Ten.StartOf(day * Ten.PerDay + bucket);
                if (at >= from && at < to) bits[bucket / 8] |= (byte)(0x80 >> (bucket % 8));
            }

            await _connection.Shared.StringSetAsync(key, bits);
        }
    }

    /// <summary>Sets minute counts as if they had been rolled up.</summary>
    public async Task Minutes(SeriesKey series, DateTimeOffset from, IEnumerable<long?> counts)
    {
        var rows = counts.Select((count, i) => (Minute: BucketGrid.Minute.IndexOf(from) + i, Count: count)).GroupBy(minute => minute.Minute / 60).Select(hour =>
        {
            var row = new MinuteRow();
            foreach (var (minute, count) in hour) row[(int)(minute % 60)] = count;
            return KeyValuePair.Create(hour.Key, row);
        });
        await Store.WriteMinutes(series, [.. rows]);
    }

    /// <summary>Appends reports that came without reporter and network, and tells the region.</summary>
    public Task Report(SeriesKey series, int count) => Report([new(series, Clock.GetUtcNow(), "app", count, null, null)]);

    public async Task Report(params Report[] reports)
    {
        var answer = await Store.Commit(new(StoreKeys.ShardOf(reports[0].Series.Service), "page", Guid.NewGuid().ToString(), "", TimeSpan.FromMinutes(10), reports));
        foreach (var (touched, tallies) in answer.Touched) await Region(touched).Absorb([.. tallies]);
    }

    /// <summary>In how many fields the store keeps an hour of a region.</summary>
    public Task<long> Fields(SeriesKey series, long hour) => _connection.Shared.HashLengthAsync(new StoreKeys(Prefix).Buckets(series, hour));

    /// <summary>Lets time pass bucket by bucket in which the servers are open; the regions named have closed each.</summary>
    public async Task Pass(TimeSpan span, params SeriesKey[] closing)
    {
        for (var bucket = 0; bucket < Ten.Count(span); bucket++)
        {
            var (day, bit) = Math.DivRem(Ten.IndexOf(Clock.GetUtcNow()), Ten.PerDay);
            await _connection.Shared.StringSetBitAsync(new StoreKeys(Prefix).Open(day), bit, true);
            Clock.Advance(Ten.Length);

            // A region takes its calls in turn: the answer comes after the close that the clock has just set off.
            foreach (var series in closing) await Region(series).Absorb(ImmutableArray<BucketTally>.Empty);
        }
    }

    /// <summary>Reports at a steady rate, bucket by bucket.</summary>
    public async Task Steady(TimeSpan span, SeriesKey series, int perBucket)
    {
        for (var bucket = 0; bucket < Ten.Count(span); bucket++)
        {
            if (perBucket > 0) await Report(series, perBucket);
            await Pass(Ten.Length, series);
        }
    }

    /// <summary>The silo dies, and another begins on the same store.</summary>
    public async Task Restart()
    {
        await _cluster.KillSiloAsync(_cluster.Silos[0]);
        await _cluster.DisposeAsync();
        await Begin();
    }

    /// <summary>The silo ends in good order.</summary>
    public Task Stop() => _cluster.StopAllSilosAsync();

    /// <summary>The region is collected as an idle one is: it may save, and comes back with what was saved.</summary>
    public Task Collect(SeriesKey series) => Collect(Region(series));

    public Task Collect(IAddressable grain) => _cluster.DeactivateAsync(grain).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

    /// <summary>The region dies without saving.</summary>
    public async Task Kill(SeriesKey series)
    {
        States.Refusing = true;
        await Collect(series);
        States.Refusing = false;
    }

    /// <summary>How often the region has saved, or tried to.</summary>
    public int Saves(SeriesKey series) => States.Writes.Count(id => id == Id(series));

    /// <summary>The detector as it was saved last; none where nothing is.</summary>
    public async Task<SpikeDetector?> Saved(SeriesKey series)
    {
        var state = new GrainState<RegionState>();
        await States.ReadStateAsync("region", Id(series), state);
        if (!state.RecordExists) return null;
        var detector = new SpikeDetector(Ten, new());
        Assert.True(detector.TryLoad(state.State!.Detector));
        Assert.InRange(state.State.Detector.Length, 1, 6000);
        return detector;
    }

    public async Task Forget(SeriesKey series) => Assert.True(await _connection.Shared.KeyDeleteAsync(StateKey(series)));

    public async Task Spoil(SeriesKey series, string bytes) => Assert.False(await _connection.Shared.HashSetAsync(StateKey(series), "data", bytes), "There was no state to spoil.");

    /// <summary>Leaves an hour of minute counts that nobody can read.</summary>
    public Task SpoilMinutes(SeriesKey series, DateTimeOffset at) => _connection.Shared.HashSetAsync(
        new StoreKeys(Prefix).Minutes(series, at.ToUnixTimeSeconds() / 86400), at.ToUnixTimeSeconds() / 3600 % 24, "?");

    public async Task Save(SeriesKey series, byte[] detector)
    {
        var state = new GrainState<RegionState>();
        await States.ReadStateAsync("region", Id(series), state);
        state.State = new() { Detector = detector };
        await States.WriteStateAsync("region", Id(series), state);
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    private static GrainId Id(SeriesKey series) => GrainId.Create("region", series.ToString());

    private RedisKey StateKey(SeriesKey series) =>
        $"{_cluster.Silos[0].ServiceProvider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId}/state/{Id(series)}/region";

    private async Task Begin()
    {
        var builder = new InProcessTestClusterBuilder(1);

        // Of the same name after a restart: the states carry it.
        builder.Options.ServiceId = $"service-{Prefix}";
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddGrainStates(_connection);
            silo.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            silo.Services.AddSingleton(_connection).AddSingleton(Options.Create(new ReportOptions())).AddAggregatorGrains()
                .AddSingleton(Options.Create(new WebhookOptions { AllowPrivateNetworks = true })).AddSingleton<IMessageWriter, PlainWriter>();
            silo.AddOutgoingGrainCallFilter(async call =>
            {
                if (call.InterfaceMethod.Name == nameof(IRegionGrain.Sums)) await WayToAll;
                await call.Invoke();
            });
            silo.Services.AddLogging(logging => logging.AddProvider(new Listener(_said)));
            Watch(silo.Services);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    private void Watch(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IGrainStorage) && service.IsKeyedService);
        services.Remove(real);
        services.AddKeyedSingleton<IGrainStorage>(real.ServiceKey, (provider, key) => States = new((IGrainStorage)real.KeyedImplementationFactory!(provider, key)));
    }

    /// <summary>Tells the least: what the server writes is another test's.</summary>
    private sealed class PlainWriter : IMessageWriter
    {
        public string Change(SubscriptionSettings settings, IncidentDocument incident, IncidentChangeDocument change) =>
            $"{change.Kind} {incident.Service}{(incident.BlindSince is null ? "" : " blind")}";

        public IReadOnlyList<GroupMessage> Grouped(
            SubscriptionSettings settings, DateTimeOffset storm, DateTimeOffset now, ImmutableArray<GatheredChange> changes, int open) =>
            [new($"{open} open of {string.Join(' ', changes.Select(change => $"{change.Service}:{change.Kind}"))}", changes)];

        public string Ping(SubscriptionSettings settings, string subscription, DateTimeOffset now) => "ping";
    }

    private sealed class Listener(ConcurrentQueue<string> said) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            said.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
