using Aggregator.Grains;
using StackExchange.Redis;

namespace Aggregator.Server;

/// <summary>Opens the store before anything else and closes it after everything else.</summary>
internal sealed partial class StoreLifetime(StoreConnection connection, EmbeddedStore? embedded, ILoggerFactory loggers) : IHostedService
{
    private const int SayAgainEvery = 20;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    public StoreConnection Connection { get; } = connection;

    public static async Task<StoreLifetime> Open(StoreOptions store, ClusteringOptions cluster)
    {
        // The store speaks before the host's own logging is there, and after it is gone.
        var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole());
        var embedded = store.Mode == StoreMode.Embedded ? EmbeddedStore.Start(store.DataDirectory, loggers, TimeProvider.System) : null;
        var connection = await StoreConnection.Open(embedded?.Connection ?? store.Connection!, cluster.Id, commits: embedded is not null, () => embedded?.IsFull == true);

        var logger = loggers.CreateLogger<StoreLifetime>();
        using var again = new PeriodicTimer(LookEvery);
        for (var looks = 0; !await Answers(connection); looks++)
        {
            if (looks % SayAgainEvery == 0) LogWaiting(logger, store.Mode);
            await again.WaitForNextTickAsync();
        }

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

    // To be connected is not enough: a Redis that reads its log after a restart takes connections and refuses every command.
    private static async Task<bool> Answers(StoreConnection connection)
    {
        try
        {
            await connection.Shared.PingAsync();
            return true;
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The store ({Mode}) does not answer yet; the server starts as soon as it does")]
    private static partial void LogWaiting(ILogger logger, StoreMode mode);
}
