using System.Collections.Frozen;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Aggregator.Grains;

/// <summary>Why the store did not do what it was asked. Each but <see cref="Unreachable"/> is a refusal: nothing was done.</summary>
public enum StoreFault
{
    /// <summary>It did not answer in time or has no connection: what it was asked to do may have been done.</summary>
    Unreachable,

    /// <summary>It has no memory left, or its disk no room.</summary>
    Full,

    /// <summary>It is a replica, as during a failover.</summary>
    ReadOnly,

    /// <summary>It could not write its log or its snapshot, and takes no writes until it can.</summary>
    NotPersisting,

    /// <summary>It is still reading its data after a start.</summary>
    Loading,

    /// <summary>A part of the Redis Cluster is down.</summary>
    ClusterDown,

    /// <summary>The user or the password is wrong, or may not run the command.</summary>
    Forbidden,

    /// <summary>A long script blocks it.</summary>
    Busy,

    /// <summary>It has fewer replicas than its setting min-replicas-to-write asks for.</summary>
    TooFewReplicas,
}

/// <summary>Reads from an exception what the store said.</summary>
public static partial class StoreFaults
{
    private static readonly FrozenDictionary<string, StoreFault> Codes = new Dictionary<string, StoreFault>
    {
        ["OOM"] = StoreFault.Full,
        ["READONLY"] = StoreFault.ReadOnly,
        ["MASTERDOWN"] = StoreFault.ReadOnly,
        ["MISCONF"] = StoreFault.NotPersisting,
        ["LOADING"] = StoreFault.Loading,
        ["CLUSTERDOWN"] = StoreFault.ClusterDown,
        ["NOPERM"] = StoreFault.Forbidden,
        ["NOAUTH"] = StoreFault.Forbidden,
        ["WRONGPASS"] = StoreFault.Forbidden,
        ["BUSY"] = StoreFault.Busy,
        ["UNKILLABLE"] = StoreFault.Busy,
        ["NOREPLICAS"] = StoreFault.TooFewReplicas,

        // The client's own words for a server that it takes for a replica.
        ["requires writable"] = StoreFault.ReadOnly,
        ["issued to a replica"] = StoreFault.ReadOnly,
    }.ToFrozenDictionary();

    extension(StoreFault fault)
    {
        /// <summary>Whether the store said that it did nothing.</summary>
        public bool IsRefusal => fault != StoreFault.Unreachable;
    }

    /// <summary>Null if the exception does not come from the store.</summary>
    public static StoreFault? Of(Exception error)
    {
        StoreFault? fault = null;
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (!IsOfStore(cause)) continue;
            if (cause is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }) return StoreFault.Forbidden;
            if (Code().Match(cause.Message) is { Success: true } code) return Codes[code.Value];
            fault = StoreFault.Unreachable;
        }

        return fault;
    }

    /// <summary>Whether the store is why it failed. The client's exceptions have no type in common, and one that is forgotten in a background loop ends the server.</summary>
    public static bool Caused(Exception error) => Of(error) is not null;

    // Orleans wraps what the store said in exceptions of its own, which repeat the message.
    private static bool IsOfStore(Exception error) =>
        error is RedisException or RedisCommandException or TimeoutException || error.GetType().Name is "RedisStorageException" or "RedisClusteringException";

    // Redis begins an error with its code, and others quote it; in a key, which a name of the operator's may be part of, it follows a bar.
    [GeneratedRegex(@"(?<![\w|])(OOM|READONLY|MASTERDOWN|MISCONF|LOADING|CLUSTERDOWN|NOPERM|NOAUTH|WRONGPASS|BUSY|UNKILLABLE|NOREPLICAS|requires writable|issued to a replica)(?!\w)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
