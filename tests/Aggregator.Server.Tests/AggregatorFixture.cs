namespace Aggregator.Server.Tests;

/// <summary>One server for all the tests of a collection; each test has its own service in it.</summary>
public sealed class AggregatorFixture : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RunningServer.Start([.. RunningServer.BelievingProxies, "Reports:DedupWindow=1.00:00:00"]);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class OneServer : ICollectionFixture<AggregatorFixture>
{
    public const string Name = "One server";
}
