using System.Globalization;
using Aggregator.Grains;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aggregator.Server.Tests;

/// <summary>A store that a class of tests shares; each test has its own part of it.</summary>
public abstract class StoreFixture : IAsyncLifetime
{
    private StoreConnection? _connection;
    private int _parts;

    /// <summary>An empty part of the store. Skips the test where the machine lacks the store.</summary>
    public StoreConnection Fresh()
    {
        Assert.SkipUnless(_connection is not null, "redis-server is not installed.");
        var prefix = string.Create(CultureInfo.InvariantCulture, $"part-{Interlocked.Increment(ref _parts)}");
        return new(_connection.Multiplexer, _connection.Reports.Multiplexer, prefix, Commits);
    }

    public async ValueTask InitializeAsync()
    {
        if (await Start() is { } configuration) _connection = await StoreConnection.Open(configuration, "tests", Commits);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        await Stop();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether it has to be asked to put its log on disk.</summary>
    protected abstract bool Commits { get; }

    /// <summary>Answers how to connect, or null where the machine lacks it.</summary>
    protected abstract Task<string?> Start();

    protected abstract ValueTask Stop();
}

/// <summary>The store that a server starts inside itself.</summary>
public sealed class Embedded : StoreFixture
{
    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-store-").FullName;
    private EmbeddedStore? _store;

    protected override bool Commits => true;

    protected override Task<string?> Start()
    {
        _store = EmbeddedStore.Start(_directory, NullLoggerFactory.Instance, TimeProvider.System);
        return Task.FromResult<string?>(_store.Connection);
    }

    protected override async ValueTask Stop()
    {
        if (_store is not null) await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>A real redis-server.</summary>
public sealed class RealRedis : StoreFixture
{
    private RedisProcess? _redis;

    protected override bool Commits => false;

    protected override async Task<string?> Start()
    {
        if (Machine.RedisServer is null) return null;
        _redis = await RedisProcess.Start();
        return _redis.Connection;
    }

    protected override ValueTask Stop() => _redis?.DisposeAsync() ?? ValueTask.CompletedTask;
}
