using System.Globalization;
using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>The store itself may be several: a Redis Cluster, or a Redis with a replica and a sentinel.</summary>
[StartsProcess]
public sealed class ReplicatedRedisTests(ITestOutputHelper output) : FaultTests(output)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task On_a_redis_cluster_the_ledger_is_exact_though_a_master_is_killed()
    {
        await using var redis = await RedisCluster.Start();
        await using var server = await Start(redis.Connection);
        await Withstands(server, redis.Connection, async (dice, _) =>
        {
            var master = redis.Masters[dice.Next(redis.Masters.Count)];
            await master.Kill();
            await master.Restart();
        });
        Assert.DoesNotContain("CROSSSLOT", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_redis_cluster_every_part_of_the_api_works()
    {
        await using var redis = await RedisCluster.Start();
        await using var server = await Start(redis.Connection);
        string[] services = [.. Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $"spread-{i}"))];
        foreach (var service in services)
            (await server.Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = service, category = "tests", symptoms = new[] { "app" } })).EnsureSuccessStatusCode();

        // One request whose lines lie on all masters, more often than not many times as usual.
        var flood = services.SelectMany(service => Enumerable.Range(0, 60).Select(i => $$"""{"service":"{{service}}","region":"US","reporter":"r{{i}}","network":"n{{i}}"}"""));
        using var content = new StringContent(string.Join('\n', flood), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        var taken = await server.Operator.PostAsync("/v1/reports", content).Json(HttpStatusCode.OK);
        Assert.Equal(60 * services.Length, taken.Number("accepted"));

        var now = TimeProvider.System.GetUtcNow();
        var past = services.Select(service => $$"""{"service":"{{service}}","region":"US","from":"{{now.AddHours(-3):yyyy-MM-ddTHH:00:00Z}}","interval":"1m","counts":[1,2,3]}""");
        using var history = new StringContent(string.Join('\n', past), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        Assert.Equal(services.Length, (await server.Operator.PostAsync("/v1/history", history).Json(HttpStatusCode.OK)).Number("series"));

        await server.Http.PostAsJsonAsync($"/v1/services/{services[0]}/reports", new { symptom = "app", region = "US", comment = "No door opens." }).Json(HttpStatusCode.Accepted);
        await Eventually.Right("an incident of each", Soon, async () =>
        {
            var open = (await (await server.Http.GetAsync("/v1/incidents?state=open&limit=100")).Json()).List("incidents").Select(incident => incident.Text("service")).ToHashSet();
            return services.FirstOrDefault(service => !open.Contains(service)) is { } calm ? $"none of {calm}" : null;
        });
        foreach (var service in services)
            Assert.Equal("US", (await (await server.Http.GetAsync($"/v1/services/{service}/regions/US")).Json()).Text("region"));
        Assert.DoesNotContain("CROSSSLOT", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sentinel_puts_the_replica_in_the_place_of_a_dead_redis_and_reports_are_taken_again()
    {
        await using var redis = await RedisSentinel.Start();
        await using var server = await Start(redis.Connection);
        await server.Http.PostAsJsonAsync("/v1/services/x/reports", new { symptom = "app", region = "US" }).Json(HttpStatusCode.Accepted);

        await redis.Master.Kill();

        await Eventually.True("a report is taken", Soon, async () =>
        {
            using var answer = await server.Http.PostAsJsonAsync("/v1/services/facebook/reports", new { symptom = "app", region = "US" });
            return answer.StatusCode == HttpStatusCode.Accepted;
        });
        Assert.Equal("duplicate", (await server.Http.PostAsJsonAsync("/v1/services/x/reports", new { symptom = "app", region = "US" }).Json(HttpStatusCode.Accepted)).Text("outcome"));
    }
}
