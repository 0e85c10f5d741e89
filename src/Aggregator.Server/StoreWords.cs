using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>What is said of the store: the same sentence in problems, health and log.</summary>
internal static class StoreWords
{
    public static string Of(StoreFault fault) => fault switch
    {
        StoreFault.Unreachable => "The store does not answer.",
        StoreFault.Full => "The store is full until something in it expires, or its disk has room again.",
        StoreFault.ReadOnly => "The store takes no writes: it is a replica, as during a failover.",
        StoreFault.NotPersisting => "The store takes no writes because it cannot write to its disk.",
        StoreFault.Loading => "The store is still reading its data.",
        StoreFault.ClusterDown => "A part of the Redis Cluster is down.",
        StoreFault.Forbidden => "The store does not let this server in: its user or password is wrong, or may not do this.",
        StoreFault.Busy => "The store is blocked by a long script.",
        StoreFault.TooFewReplicas => "The store takes no writes because too few of its replicas are connected.",
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    /// <summary>What a Redis says, what follows from it, and the setting that mends it.</summary>
    public static string Of(RedisFinding finding) => $"The Redis at {finding.Server} " + finding.Precondition switch
    {
        RedisPrecondition.Told => $"does not tell its {finding.Says}, so it is unknown whether acknowledged reports are safe: they need 'appendonly yes', 'appendfsync always' and 'maxmemory-policy noeviction'.",
        RedisPrecondition.Version => $"has {finding.Says}; use 6.2 or newer.",
        RedisPrecondition.Primary => $"has {finding.Says} and takes no writes; set 'REPLICAOF NO ONE', or connect to its primary.",
        RedisPrecondition.WrittenThrough =>
            $"has {finding.Says}: reports that were answered 202 are lost when it dies before it writes them; set 'appendonly yes' and 'appendfsync always' to lose none.",
        RedisPrecondition.NoEviction => $"has {finding.Says}: when its memory is full it evicts reports that were answered 202, subscriptions and the catalog; set 'maxmemory-policy noeviction'.",
        RedisPrecondition.LogWritable => $"has {finding.Says}: it could not write its log; give its disk room, or mend it.",
        RedisPrecondition.SnapshotWritable =>
            $"has {finding.Says}: its last snapshot failed, and with 'stop-writes-on-bgsave-error yes' it takes no writes; give its disk room, or set 'save \"\"' as the log is enough.",
        _ => throw new ArgumentOutOfRangeException(nameof(finding)),
    };
}
