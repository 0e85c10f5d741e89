namespace Aggregator.Server.Tests;

/// <summary>A Redis that is emptied under a running server: what the server still knows comes back, and it says what does not.</summary>
[StartsProcess]
public sealed class EmptiedStoreTests
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(30), Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_server_whose_store_was_emptied_ends_in_good_order_and_is_whole_again()
    {
        var directory = Directory.CreateTempSubdirectory("aggregator-");
        await using var redis = await RedisProcess.Start();
        await using var server = await ServerProcess.Start("Store:Mode=Redis", $"Store:Connection={redis.Connection}", $"Store:DataDirectory={directory.FullName}", "Webhooks:AllowPrivateNetworks=true");
        await server.Operator.PutAsJsonAsync("/v1/services/own", new { name = "Own", category = "tests", symptoms = new[] { "app" } }).Json(HttpStatusCode.Created);
        var subscription = await server.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = "http://127.0.0.1:9/" }).Json(HttpStatusCode.Created);

        await redis.Ask("FLUSHALL");
        await Eventually.True("it ends", EndsWithin, () => Task.FromResult(server.HasExited));
        Assert.Equal(1, server.ExitCode);
        Assert.Contains("is no longer in the membership table", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);

        await server.Restart();
        await server.Http.GetAsync("/v1/services/own").Json(HttpStatusCode.OK);
        await Eventually.True("the subscription is there", Soon, async () =>
            (await server.Operator.GetStringAsync("/v1/subscriptions")).Contains(subscription.Text("id")!, StringComparison.Ordinal));
        directory.Delete(recursive: true);
    }
}
