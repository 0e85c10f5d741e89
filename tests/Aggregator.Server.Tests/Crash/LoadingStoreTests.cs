using System.Globalization;
using StackExchange.Redis;

namespace Aggregator.Server.Tests;

/// <summary>A Redis that was restarted reads its log first, and meanwhile refuses every command.</summary>
[StartsProcess]
public sealed class LoadingStoreTests : IDisposable
{
    private const int Keys = 10_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-loading-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_server_that_starts_while_its_redis_is_loading_waits_for_it()
    {
        await using var redis = await RedisProcess.Start();
        await using (var connection = await ConnectionMultiplexer.ConnectAsync(redis.Connection))
        {
            await Task.WhenAll(Enumerable.Range(0, Keys).Select(i => connection.GetDatabase().StringSetAsync(string.Create(CultureInfo.InvariantCulture, $"key-{i}"), i)));
        }

        await redis.Kill();
        await redis.Begin("--key-load-delay", "300");

        await using var server = await ServerProcess.Start("Store:Mode=Redis", $"Store:Connection={redis.Connection}", $"Store:DataDirectory={_directory}");

        Assert.Contains("does not answer yet", server.Output, StringComparison.Ordinal);
    }
}
