using Aggregator.Grains;
using StackExchange.Redis;

namespace Aggregator.Server;

/// <summary>Opens the store before anything else and closes it after everything else.</summary>
internal sealed partial class StoreLifetime(StoreConnection connection, EmbeddedStore? embedded, ILoggerFactory loggers) : IHostedService
{
    private const int SayAgainEvery = 20, FirstSay = 3;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    public StoreConnection Connection { get; } = connection;

    /// <summary>None where a Redis serves.</summary>
    public EmbeddedStore? Embedded => embedded;

    public static async Task<StoreLifetime> Open(StoreOptions store, ClusteringOptions cluster, IConfiguration configuration)
    {
        // The store speaks before the host's own logging is there, and after it is gone.
        var loggers = LoggerFactory.Create(logging => logging.AddConsoleOf(configuration));
        var embedded = store.Mode == StoreMode.Embedded ? EmbeddedStore.Start(store.DataDirectory, loggers, TimeProvider.System) : null;
        var connection = await Reach(
            () => StoreConnection.Open(embedded?.Connection ?? store.ReadConnection(), cluster.Id, commits: embedded is not null, () => embedded?.IsFull == true),
            loggers.CreateLogger<StoreLifetime>(), store.Mode);
        if (embedded is not null) await Clustering.ForgetMembers(connection, cluster);
        return new(connection, embedded, loggers);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Connection.DisposeAsync();
        if (embedded is not null) await embedded.DisposeAsync();
        loggers.Dispose();
    }

    /// <summary>Tries until the store answers, and says that it waits: connecting may take long by itself, and a sentinel that is not there yet ends it with an error.</summary>
    private static async Task<StoreConnection> Reach(Func<Task<StoreConnection>> open, ILogger logger, StoreMode mode)
    {
        var (opening, reason) = (open(), "no answer yet");
        using var again = new PeriodicTimer(LookEvery);
        for (var looks = 1; ; looks++)
        {
            if (opening.Exception?.InnerException is RedisException or TimeoutException) opening = open();
            if (opening.IsCompleted)
            {
                var connection = await opening;
                if (await WhySilent(connection) is not { } why) return connection;
                reason = why;
            }

            if (looks % SayAgainEvery == FirstSay) LogWaiting(logger, mode, reason);
            await again.WaitForNextTickAsync();
        }
    }

    // To be connected is not enough: a Redis that reads its log after a restart takes connections and refuses every command.
    private static async Task<string?> WhySilent(StoreConnection connection)
    {
        try
        {
            await connection.Shared.PingAsync();
            return null;
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            var where = string.Join(", ", connection.Multiplexer.GetEndPoints().Select(EndPointCollection.ToString));
            return $"{where}: {error.GetBaseException().Message.TrimEnd('.')}";
        }
    }

    [LoggerMessage(LogLevel.Warning, "The store ({Mode}) does not answer yet ({Reason}); the server starts as soon as it does")]
    private static partial void LogWaiting(ILogger logger, StoreMode mode, string reason);
}
