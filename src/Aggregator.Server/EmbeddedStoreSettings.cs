using System.Globalization;
using System.Net;
using Garnet.server;
using Tsavorite.core;

namespace Aggregator.Server;

/// <summary>Garnet's many settings, where its defaults (16 GB of memory, nothing on disk) do not suit one small server.</summary>
internal static class EmbeddedStoreSettings
{
    public static GarnetServerOptions For(string directory, int port) => new()
    {
        EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
        QuietMode = true,
        MaxDatabases = 1,

        // The native device needs libraries that few machines have, and ends the process without them.
        DeviceType = DeviceType.RandomAccess,

        // With transactions, a script holds all its KEYS for itself; without, two scripts interleave.
        EnableLua = true,
        LuaTransactionMode = true,
        LuaOptions = new LuaOptions(),

        EnableAOF = true,
        CommitFrequencyMs = -1,
        LogDir = directory,
        CheckpointDir = directory,
        Recover = true,
        // Better no start than a start without the data.
        FailOnRecoveryError = true,
        // Every checkpoint is a whole one: fewer ways to be wrong after a kill than one that builds on an earlier one.
        FullCheckpointLogInterval = 0,

        // What does not fit into memory would live on disk, and be read back for every report: the store is full before it comes to that.
        // The limits are ceilings, taken page by page.
        EnableStorageTier = true,
        LogMemorySize = Megabytes(Math.Max(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 6 >> 20, 256)),
        PageSize = "1m",
        SegmentSize = "64m",
        ObjectLogSegmentSize = "64m",
        IndexMemorySize = "16m",
        IndexMaxMemorySize = "256m",
        BufferPoolMemoryBudget = "64m",

        AofMemorySize = "32m",
        AofPageSize = "4m",
        AofSegmentSize = "64m",

        // A commit holds one pool thread while another writes: on two cores the pool would otherwise think twice about a third.
        ThreadPoolMinThreads = Math.Max(16, PoolThreads()),
    };

    private static int PoolThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out _);
        return workers;
    }

    private static string Megabytes(long count) => string.Create(CultureInfo.InvariantCulture, $"{count}m");
}
