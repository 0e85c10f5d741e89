namespace Aggregator.Server.Tests;

/// <summary>A Redis that answers and refuses: the word is the store's, it comes at once, and all is well again soon after.</summary>
[StartsProcess]
public sealed class RefusingStoreTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>What is promised for the time after the store takes writes again, and some for a busy machine.</summary>
    private static readonly TimeSpan AgainWithin = TimeSpan.FromSeconds(10);

    private int _reporter;

    [Theory]
    [InlineData("store-full", "StoreFull", "CONFIG SET maxmemory 1mb", "CONFIG SET maxmemory 0")]
    [InlineData("store-read-only", "StoreReadOnly", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE")]
    [InlineData("store-too-few-replicas", "StoreTooFewReplicas", "CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0")]
    [InlineData("store-forbidden", "StoreForbidden", "ACL SETUSER default -eval -evalsha -set -hset", "ACL SETUSER default +@all")]
    public async Task Problem_metric_and_health_say_why(string word, string reason, string refuse, string mend)
    {
        var directory = Directory.CreateTempSubdirectory("aggregator-");
        await using var redis = await RedisProcess.Start();
        await using var server = await ServerProcess.Start(
            "Store:Mode=Redis", $"Store:Connection={redis.Connection}", $"Store:DataDirectory={directory.FullName}", "ForwardedHeaders:KnownNetworks:0=127.0.0.0/8");
        Assert.Equal("", await WordOf(Report(server)));

        await redis.Ask(refuse.Split(' '));
        await Eventually.Is("the report's problem", () => WordOf(Report(server)), said => said == word, Soon);
        await Eventually.Is("the catalog's problem", () => WordOf(Put(server)), said => said == word, Soon);
        await Eventually.Is("the health", async () => await (await server.Http.GetAsync("/health/ready")).Content.ReadAsStringAsync(), ready => ready.Contains("Reports are refused.", StringComparison.Ordinal), Soon);
        Assert.Contains($"reason=\"{reason}\"", await server.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        var begun = TimeProvider.System.GetTimestamp();
        Assert.Equal(word, await WordOf(Report(server)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, AtOnce);

        await redis.Ask(mend.Split(' '));
        await Eventually.True("all is well again", AgainWithin, async () =>
            await WordOf(Report(server)) == "" && await WordOf(Put(server)) == "" && (await (await server.Http.GetAsync("/health/ready")).Json()).Text("status") == "Healthy");
        directory.Delete(recursive: true);
    }

    private Task<HttpResponseMessage> Report(ServerProcess server)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/services/x/reports") { Content = JsonContent.Create(new { region = "US" }) };
        request.Headers.Add("X-Forwarded-For", $"10.0.{_reporter / 250}.{1 + _reporter++ % 250}");
        return server.Http.SendAsync(request);
    }

    private static Task<HttpResponseMessage> Put(ServerProcess server) =>
        server.Operator.PutAsJsonAsync("/v1/services/refused", new { name = "Refused", category = "tests", symptoms = new[] { "app" } });

    /// <summary>The word of a problem; empty if there is none.</summary>
    private static async Task<string> WordOf(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return answer.IsSuccessStatusCode ? "" : (await answer.Json()).Text("type")!["urn:aggregator:".Length..];
    }
}
