using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Opens the store before anything else and closes it after everything else.</summary>
internal sealed partial class StoreLifetime(StoreConnection connection, EmbeddedStore? embedded) : IHostedService
{
    private static readonly TimeSpan SayAgainEvery = TimeSpan.FromSeconds(5);

    public StoreConnection Connection { get; } = connection;

    public static async Task<StoreLifetime> Open(StoreOptions store, ClusteringOptions cluster)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole());
        var embedded = store.Mode == StoreMode.Embedded ? EmbeddedStore.Start(store.DataDirectory, loggers) : null;
        var connection = await StoreConnection.Open(embedded?.Connection ?? store.Connection!, cluster.Id);

        var logger = loggers.CreateLogger<StoreLifetime>();
        using var again = new PeriodicTimer(SayAgainEvery);
        while (!connection.Multiplexer.IsConnected)
        {
            LogWaiting(logger, store.Mode);
            await again.WaitForNextTickAsync();
        }

        if (embedded is not null) await Clustering.ForgetMembers(connection, cluster);
        return new(connection, embedded);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Connection.DisposeAsync();
        if (embedded is not null) await embedded.DisposeAsync();
    }

    [LoggerMessage(LogLevel.Warning, "The store ({Mode}) does not answer yet; the server starts as soon as it does")]
    private static partial void LogWaiting(ILogger logger, StoreMode mode);
}
