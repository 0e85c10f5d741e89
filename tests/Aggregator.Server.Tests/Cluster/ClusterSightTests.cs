using Aggregator.Domain;

namespace Aggregator.Server.Tests;

/// <summary>What a gateway answers while it cannot see a silo: that it cannot, and never a fault or calm.</summary>
[StartsProcess]
public sealed class ClusterSightTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task While_no_silo_answers_all_regions_are_unknown_and_the_spikes_are_not_complete()
    {
        await using var redis = await RedisProcess.Start();
        await using var cluster = await ClusterProcesses.Start(redis.Connection, null, silos: 1, gateways: 1);
        await cluster.Add("sight");
        foreach (var region in (string[])["US", "DE"])
            await cluster.Http.PostAsJsonAsync("/v1/services/sight/reports", new { region }).Json(HttpStatusCode.Accepted);
        await Eventually.Is("all is seen", () => Get("/v1/spikes"), spikes => spikes.GetProperty("complete").GetBoolean(), Soon);

        await cluster.Silos[0].Freeze();
        var regions = (await Get("/v1/services/sight/regions")).List("regions");
        Assert.Equal(["DE", "US"], regions.Select(region => region.Text("region")).Order());
        Assert.All(regions, region => Assert.Equal($"{Level.Unknown}", region.Text("level")));
        using var page = new HttpRequestMessage(HttpMethod.Get, "/services/sight") { Headers = { Accept = { new("text/html") } } };
        Assert.Equal(HttpStatusCode.OK, (await cluster.Http.SendAsync(page)).StatusCode);

        await Eventually.Is("it is seen that nothing is", () => Get("/v1/spikes"), spikes => !spikes.GetProperty("complete").GetBoolean(), Soon);
        await cluster.Silos[0].Thaw();

        async Task<JsonElement> Get(string path) => await cluster.Http.GetAsync(path).Json(HttpStatusCode.OK);
    }
}
