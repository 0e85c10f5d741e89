using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>The operator's key that the servers of a cluster share.</summary>
public sealed class OperatorKeyStore(StoreConnection connection)
{
    private readonly StoreKeys _names = new(connection.Prefix);

    /// <summary>Keeps a key where there is none yet; answers the one that is kept.</summary>
    public async Task<string> KeepFirst(string key)
    {
        await connection.Shared.StringSetAsync(_names.OperatorKey, key, when: When.NotExists);
        return (string)(await connection.Shared.StringGetAsync(_names.OperatorKey))!;
    }
}
