using StackExchange.Redis;

namespace Aggregator.Server.Tests;

/// <summary>Servers that find each other, whichever is there first, and that notice when they lost their place.</summary>
[StartsProcess]
public sealed class ClusterStartTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-start-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_gateway_that_is_first_waits_says_so_and_shares_the_operators_key_and_a_silo_that_lost_its_row_ends()
    {
        await using var redis = await RedisProcess.Start();
        await redis.Kill();
        await using var gateway = ServerProcess.Prepare([.. On(redis, "gateway"), "Cluster:Role=Gateway"]);
        await using var other = ServerProcess.Prepare([.. On(redis, "other"), "Cluster:Role=Gateway"]);
        await using var silo = ServerProcess.Prepare([.. On(redis, "silo"), "Cluster:Role=Silo"]);

        await gateway.Begin();
        await Eventually.True("it says that there is no store", Soon, () => Task.FromResult(gateway.Output.Contains("The store (Redis) does not answer yet", StringComparison.Ordinal)));
        await redis.Restart();
        await Eventually.True("it says that there is no silo", Soon, () => Task.FromResult(gateway.Output.Contains("No silo answers yet", StringComparison.Ordinal)));
        await Task.WhenAll(silo.Restart(), other.Restart());
        await gateway.Ready();

        // A silo serves nothing but what its operator's probes ask for.
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Http.GetAsync("/v1/services")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/metrics")).StatusCode);

        // The key that one gateway made is good at the other, and what is added there is known here.
        var key = (await File.ReadAllTextAsync(Path.Combine(_directory, "gateway", "operator.key"))).Trim();
        Assert.Equal(key, (await File.ReadAllTextAsync(Path.Combine(_directory, "other", "operator.key"))).Trim());
        other.Operator.DefaultRequestHeaders.Authorization = new("Bearer", key);
        await other.Operator.PutAsJsonAsync("/v1/services/mine", new { name = "Mine", category = "tests", symptoms = new[] { "door" } }).Json(HttpStatusCode.Created);
        await Eventually.True("the service is known at the other gateway", Soon, async () => (await gateway.Http.GetAsync("/v1/services/mine")).IsSuccessStatusCode);

        await using (var connection = await ConnectionMultiplexer.ConnectAsync(redis.Connection))
        {
            var members = $"{new ClusteringOptions().Id}/members/{new ClusteringOptions().Id}";
            Assert.True(await connection.GetDatabase().KeyDeleteAsync(members));
        }

        await Eventually.True("the silo has ended", Soon, () => Task.FromResult(silo.HasExited));
        Assert.NotEqual(0, silo.ExitCode);
        Assert.Contains("is no longer in the membership table", silo.Output, StringComparison.Ordinal);
        await silo.Restart();
        await gateway.Ready();
    }

    private string[] On(RedisProcess redis, string name) =>
        ["Store:Mode=Redis", $"Store:Connection={redis.Connection}", $"Store:DataDirectory={Path.Combine(_directory, name)}", "Cluster:Address=127.0.0.1", "Operator:Key="];
}
