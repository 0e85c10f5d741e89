using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>What a Redis must be set up for, because a promise of this server depends on it.</summary>
public enum RedisPrecondition
{
    /// <summary>It tells how it is set up.</summary>
    Told,

    /// <summary>It is new enough.</summary>
    Version,

    /// <summary>It is a primary.</summary>
    Primary,

    /// <summary>What it has answered is on its disk.</summary>
    WrittenThrough,

    /// <summary>It refuses writes when its memory is full, instead of evicting what was acknowledged.</summary>
    NoEviction,

    /// <summary>Its last write of the log succeeded.</summary>
    LogWritable,

    /// <summary>Its last snapshot succeeded, or is not asked for.</summary>
    SnapshotWritable,
}

/// <summary>A precondition that a Redis does not meet, or of which it does not tell.</summary>
/// <param name="Says">Its setting or its state, in Redis's own words.</param>
public sealed record RedisFinding(string Server, RedisPrecondition Precondition, string Says);

/// <summary>Asks each Redis how it is set up, replicas too, since each may become the primary.</summary>
/// <remarks>INFO is asked first: a managed Redis often forbids CONFIG. What neither tells is unknown, which is a finding and not a pass.</remarks>
public static class RedisSetup
{
    private const string Sync = "appendfsync", Policy = "maxmemory-policy";
    private static readonly Version Oldest = new(6, 2);

    public static async Task<IReadOnlyList<RedisFinding>> Look(StoreConnection connection)
    {
        var servers = connection.Multiplexer.GetServers().Where(server => server is { IsConnected: true, ServerType: ServerType.Standalone or ServerType.Cluster }).ToList();
        var findings = (await Task.WhenAll(servers.Select(Ask))).SelectMany(found => found).ToList();
        if (servers.Count > 0 && servers.TrueForAll(server => server.IsReplica)) findings.Add(new(Name(servers[0].EndPoint), RedisPrecondition.Primary, "role slave"));
        return findings;
    }

    private static async Task<IReadOnlyList<RedisFinding>> Ask(IServer server)
    {
        var name = Name(server.EndPoint);
        var info = await Info(server);
        var sync = await Setting(server, Sync);
        var findings = new List<RedisFinding>();
        CheckLog(info.GetValueOrDefault("aof_enabled") ?? (await Setting(server, "appendonly") == "yes" ? "1" : null), sync);
        CheckPolicy(info.GetValueOrDefault("maxmemory_policy") ?? await Setting(server, Policy));
        if (Version.TryParse(info.GetValueOrDefault("redis_version"), out var version) && version < Oldest) Find(RedisPrecondition.Version, $"version {version}");
        CheckStatus("aof_last_write_status", RedisPrecondition.LogWritable);
        CheckStatus("rdb_last_bgsave_status", RedisPrecondition.SnapshotWritable);
        return findings;

        void CheckLog(string? enabled, string? fsync)
        {
            if (enabled == "0") Find(RedisPrecondition.WrittenThrough, "appendonly no");
            else if (fsync is null || enabled is null) Find(RedisPrecondition.Told, Sync);
            else if (fsync != "always") Find(RedisPrecondition.WrittenThrough, $"{Sync} {fsync}");
        }

        void CheckPolicy(string? policy)
        {
            if (policy is null) Find(RedisPrecondition.Told, Policy);
            else if (policy != "noeviction") Find(RedisPrecondition.NoEviction, $"{Policy} {policy}");
        }

        void CheckStatus(string field, RedisPrecondition precondition)
        {
            if (info.TryGetValue(field, out var status) && status != "ok") Find(precondition, $"{field} {status}");
        }

        void Find(RedisPrecondition precondition, string says) => findings.Add(new(name, precondition, says));
    }

    private static async Task<FrozenDictionary<string, string>> Info(IServer server)
    {
        try
        {
            var lines = (await server.InfoRawAsync() ?? "").Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2);
            return lines.DistinctBy(parts => parts[0]).ToFrozenDictionary(parts => parts[0], parts => parts[1]);
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return FrozenDictionary<string, string>.Empty;
        }
    }

    /// <returns>Null if it does not tell.</returns>
    private static async Task<string?> Setting(IServer server, string name)
    {
        try
        {
            return (RedisResult[]?)await server.ExecuteAsync("CONFIG", "GET", name) is [_, var value] ? (string?)value : null;
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return null;
        }
    }

    private static string Name(EndPoint server) => server is DnsEndPoint named ? string.Create(CultureInfo.InvariantCulture, $"{named.Host}:{named.Port}") : $"{server}";
}
