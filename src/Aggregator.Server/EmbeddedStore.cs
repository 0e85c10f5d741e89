using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aggregator.Grains;
using Garnet;
using Garnet.server;
using StackExchange.Redis;

namespace Aggregator.Server;

/// <summary>The store of a server that was given none: Garnet in this process, on loopback, with its log on disk.</summary>
/// <remarks>
/// Nothing is committed by itself. A write is safe from <c>kill -9</c> once a <c>COMMITAOF</c> sent after it, on the same
/// connection, has been answered. Committing after each operation instead would put the first half of a script on disk
/// without the second: an append log of single operations knows nothing of scripts. So every script that must be whole after a
/// crash, and every <c>COMMITAOF</c>, goes over <b>one</b> connection, whose commands the store runs one after the other.
/// Commits are written through to the disk, so they outlive a power cut as well as the disk does.
/// </remarks>
internal sealed partial class EmbeddedStore : IAsyncDisposable
{
    private const int Attempts = 5;
    private const string Store = "store";

    private readonly string _directory;
    private readonly FileStream _lock;
    private readonly GarnetServer _server;
    private readonly EmbeddedStoreGate _gate;
    private readonly ConnectionMultiplexer _own;
    private readonly ILogger _log;
    private readonly EmbeddedStoreLogs _logs;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _oneCheckpoint = new(1);
    private readonly Task _tidying;
    private volatile bool _isMemoryFull, _isDiskFull;

    private EmbeddedStore(string directory, FileStream held, GarnetServer server, int port, EmbeddedStoreGate gate, ConnectionMultiplexer own, EmbeddedStoreLogs logs, ILogger log, TimeProvider clock)
    {
        (_directory, _lock, _server, Port, _gate, _own, _logs, _log, _clock) = (directory, held, server, port, gate, own, logs, log, clock);
        _tidying = Task.WhenAll(KeepTidy(clock, _stopping.Token), WatchRoom(clock, _stopping.Token));
    }

    public int Port { get; }

    /// <summary>Ends with the reason when the log could not be written. What was answered is on disk; nothing more will be, until the store is started anew.</summary>
    public Task<string> Broken => _logs.Broken;

    /// <summary>The configuration string for StackExchange.Redis.</summary>
    public string Connection => ConnectionTo(Port);

    /// <summary>Recovers what the directory holds and listens on a free loopback port.</summary>
    /// <exception cref="CannotStartException">Another server uses the directory, this one may not, or it has no room.</exception>
    /// <exception cref="InvalidOperationException">No port could be had.</exception>
    public static EmbeddedStore Start(string dataDirectory, ILoggerFactory loggers, TimeProvider clock)
    {
        var held = Hold(dataDirectory);
        try
        {
            if (Free(dataDirectory) < LeastToStart) throw Unusable(dataDirectory, $"has no room: {Free(dataDirectory) >> 20} MB are free, and {LeastToStart >> 20} are needed. Make some, or choose", cause: null);
            var directory = Path.Combine(Path.GetFullPath(dataDirectory), Store);
            CreatePrivate(directory);
            var gate = new EmbeddedStoreGate();
            var logs = new EmbeddedStoreLogs(loggers);
            var (server, port, ownPort) = Listen(directory, gate, logs);
            try
            {
                // A checkpoint answers when it is on disk, however long that takes.
                var own = ConnectionMultiplexer.Connect(ConnectionTo(ownPort) + ",allowAdmin=true,asyncTimeout=600000");
                return new(Path.GetFullPath(dataDirectory), held, server, port, gate, own, logs, loggers.CreateLogger<EmbeddedStore>(), clock);
            }
            catch
            {
                server.Dispose();
                throw;
            }
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _tidying;
        await _oneCheckpoint.WaitAsync();
        await _own.DisposeAsync();
        if (!Broken.IsCompleted) await _server.Store.CommitAOFAsync(CancellationToken.None);
        _server.Dispose();
        _gate.Dispose();
        _stopping.Dispose();
        _oneCheckpoint.Dispose();
        await _lock.DisposeAsync();
    }

    private static string ConnectionTo(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static void CreatePrivate(string directory)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // The operating system lets go of the lock when the process dies, however it dies; the file itself may stay.
    private static FileStream Hold(string directory)
    {
        try
        {
            CreatePrivate(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(directory, $"cannot be made: {e.Message} Choose", e);
        }

        try
        {
            return new(Path.Combine(directory, "store.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unusable(directory, $"cannot be written to: {e.Message} Choose", e);
        }
        catch (IOException e)
        {
            throw Unusable(directory, "is in use by another server. Stop that one, or choose", e);
        }
    }

    private static CannotStartException Unusable(string directory, string why, Exception? cause) =>
        new($"The data directory '{Path.GetFullPath(directory)}' {why} another with {StoreOptions.Section}:{nameof(StoreOptions.DataDirectory)}.", cause);

    private static (GarnetServer Server, int Port, int OwnPort) Listen(string directory, EmbeddedStoreGate gate, EmbeddedStoreLogs log)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (port, ownPort) = (FreePort(), FreePort());
            var settings = EmbeddedStoreSettings.For(directory, port);
            // The second door is ours: a checkpoint is asked for while the first is shut.
            GarnetServerTcp[] doors = [Door(port), Door(ownPort)];
            var server = new GarnetServer(settings, log, doors);
            gate.Guard(doors[0]);
            try
            {
                server.Start();
                return (server, port, ownPort);
            }
            catch (SocketException e)
            {
                // Somebody took a port between our asking and our binding.
                server.Dispose();
                if (attempt == Attempts) throw new InvalidOperationException($"No free port for the embedded store in {Attempts} attempts.", e);
            }
            catch
            {
                server.Dispose();
                throw;
            }
        }

        GarnetServerTcp Door(int port) => new(new IPEndPoint(IPAddress.Loopback, port), logger: log.CreateLogger(nameof(GarnetServerTcp)));
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
