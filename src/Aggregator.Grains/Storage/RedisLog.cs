using System.Net;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>How a Redis writes its log.</summary>
/// <param name="Says">Its settings, as they are written in its configuration; null where it does not tell.</param>
/// <param name="IsWrittenThrough">Whether what it has answered is on its disk.</param>
public readonly record struct RedisLogStanding(string? Says, bool IsWrittenThrough);

/// <summary>Asks each Redis how it writes its log, since what a 202 promises depends on it.</summary>
public static class RedisLog
{
    private const string Log = "appendonly", Sync = "appendfsync";

    /// <summary>The masters that can be reached, by address.</summary>
    public static async Task<IReadOnlyList<(string Server, RedisLogStanding Standing)>> Look(StoreConnection connection)
    {
        var masters = connection.Multiplexer.GetServers().Where(server => server is { IsConnected: true, IsReplica: false, ServerType: ServerType.Standalone or ServerType.Cluster });
        return await Task.WhenAll(masters.Select(async server => (Name(server.EndPoint), await Ask(server))));
    }

    private static async Task<RedisLogStanding> Ask(IServer server)
    {
        try
        {
            var (log, sync) = (await Setting(server, Log), await Setting(server, Sync));
            if (log is null || sync is null) return default;
            return log == "yes" ? new($"{Sync} {sync}", sync == "always") : new($"{Log} {log}", IsWrittenThrough: false);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            // A Redis of a provider may not let itself be asked.
            return default;
        }
    }

    private static async Task<string?> Setting(IServer server, string name) =>
        (RedisResult[]?)await server.ExecuteAsync("CONFIG", "GET", name) is [_, var value] ? (string?)value : null;

    private static string Name(EndPoint server) => server is DnsEndPoint named ? $"{named.Host}:{named.Port}" : $"{server}";
}
