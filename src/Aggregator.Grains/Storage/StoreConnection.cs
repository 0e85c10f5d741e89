using System.Globalization;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>The way to the store: one connection that waits its turn, and one for reports that fails fast, so that a report is never left hanging.</summary>
/// <param name="commits">Whether the store has to be asked to put its log on disk, as the embedded one has.</param>
/// <param name="isFull">Whether the store has no room for further reports; absent: it says so itself.</param>
public sealed class StoreConnection(IConnectionMultiplexer shared, IConnectionMultiplexer reports, string prefix, bool commits, Func<bool>? isFull = null) : IAsyncDisposable
{
    /// <summary>How long a report's commit may take before its outcome is called unknown.</summary>
    public static readonly TimeSpan CommitTimeout = TimeSpan.FromMilliseconds(1500);

    private const int AskRolesEverySeconds = 2;
    private static readonly TimeSpan ProbeKept = TimeSpan.FromMinutes(1);

    private volatile Kind _kind;

    /// <summary>What every key begins with: the cluster's id, so that clusters can share a Redis.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>Whether reports are to be refused until there is room; a Redis says so itself.</summary>
    public bool IsFull => isFull?.Invoke() == true;

    public IConnectionMultiplexer Multiplexer { get; } = shared;

    public IDatabase Shared { get; } = shared.GetDatabase();

    public IDatabase Reports { get; } = reports.GetDatabase();

    /// <summary>Whether it is a Redis Cluster, where one script touches one shard alone; false while it was never reached.</summary>
    public bool IsCluster
    {
        get
        {
            if (_kind == Kind.NotKnown && Multiplexer.IsConnected)
                _kind = Multiplexer.GetServers().Any(server => server.ServerType == ServerType.Cluster) ? Kind.Cluster : Kind.OneServer;
            return _kind == Kind.Cluster;
        }
    }

    /// <summary>Done when all that was written before is safe from the death of the process.</summary>
    /// <remarks>
    /// A Redis writes its log before it answers. The embedded store does so when asked, on the connection that its scripts go over:
    /// its commands run one after the other, so no script is ever on disk by half.
    /// </remarks>
    public Task Settle() => commits ? Reports.ExecuteAsync("COMMITAOF") : Task.CompletedTask;

    /// <param name="configuration">A StackExchange.Redis configuration string.</param>
    /// <param name="prefix">What every key begins with.</param>
    /// <param name="commits">Whether the store has to be asked to put its log on disk.</param>
    /// <param name="isFull">Whether the store has no room for further reports; absent: it says so itself.</param>
    public static async Task<StoreConnection> Open(string configuration, string prefix, bool commits, Func<bool>? isFull = null)
    {
        var patient = ConfigurationOptions.Parse(configuration);
        patient.AbortOnConnectFail = false;
        patient.ClientName = "aggregator";

        // The client counts INFO and CONFIG among what only administrators may ask.
        patient.AllowAdmin = true;

        // A failover is noticed by asking servers for their roles; the client does so once a minute unless told otherwise.
        patient.ConfigCheckSeconds = AskRolesEverySeconds;

        var hasty = patient.Clone();
        hasty.AsyncTimeout = hasty.SyncTimeout = (int)CommitTimeout.TotalMilliseconds;
        hasty.ConnectTimeout = (int)CommitTimeout.TotalMilliseconds;
        hasty.BacklogPolicy = BacklogPolicy.FailFast;
        hasty.HeartbeatInterval = TimeSpan.FromMilliseconds(500);
        hasty.ReconnectRetryPolicy = new LinearRetry(500);
        patient.ReconnectRetryPolicy = new LinearRetry(500);
        patient.AsyncTimeout = patient.SyncTimeout = 3000;

        var shared = await ConnectionMultiplexer.ConnectAsync(patient);
        try
        {
            return new(shared, await ConnectionMultiplexer.ConnectAsync(hasty), prefix, commits, isFull);
        }
        catch
        {
            await shared.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a key that expires, on a Redis Cluster one in each shard, to find out whether the store takes writes; null if it does.</summary>
    public async Task<StoreFault?> Probe()
    {
        // The embedded store says by itself when it is full.
        if (IsFull) return StoreFault.Full;
        try
        {
            if (commits) await Reports.PingAsync();
            else await Task.WhenAll(Enumerable.Range(0, IsCluster ? StoreKeys.Shards : 1).Select(shard => Reports.StringSetAsync(new StoreKeys(Prefix).Probe(shard), 1, ProbeKept)));
            return null;
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return StoreFaults.Of(error);
        }
    }

    /// <summary>How much memory the store holds, and how much it may; 0 where it has no limit. Of a cluster, the masters that answer together.</summary>
    public async Task<(long Used, long Limit)> Memory()
    {
        var masters = Multiplexer.GetServers().Where(server => server.IsConnected && !server.IsReplica);
        var (used, limit) = (0L, 0L);
        foreach (var info in await Task.WhenAll(masters.Select(master => master.InfoRawAsync("memory"))))
        {
            // The embedded store tells the memory of its process apart from its own.
            used += Figure(info, "used_memory:") ?? Figure(info, "store_mainlog_memory_size:") ?? 0;
            limit += Figure(info, "maxmemory:") ?? Figure(info, "store_heap_memory_target_size:") ?? 0;
        }

        return (used, limit);
    }

    private static long? Figure(string? info, string name) =>
        info?.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
        && long.TryParse(line.AsSpan(name.Length), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var figure) ? figure : null;

    public async ValueTask DisposeAsync()
    {
        await Reports.Multiplexer.DisposeAsync();
        await Multiplexer.DisposeAsync();
    }

    private enum Kind
    {
        NotKnown,
        OneServer,
        Cluster,
    }
}
