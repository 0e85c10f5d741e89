namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class HealthTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task The_server_lives() => Assert.Equal(HttpStatusCode.OK, (await _server.Anybody.GetAsync("/health/live")).StatusCode);

    [Fact]
    public async Task The_server_says_that_it_is_ready_and_what_it_looked_at()
    {
        var ready = await Eventually.Is("readiness", async () => await (await _server.Anybody.GetAsync("/health/ready")).Json(), answer => answer.Text("status") == "Healthy");
        Assert.Equal(["store", "durability", "boards", "membership"], ready.GetProperty("checks").Names());
        Assert.Equal(HttpStatusCode.OK, (await _server.Anybody.GetAsync("/health/ready")).StatusCode);
    }

    [Fact, StartsProcess]
    public async Task What_becomes_of_reports_is_counted_as_a_metric()
    {
        // In a process of its own: to the exporter the instruments of all servers of a process are the same, and they end with the first server that stops.
        var directory = Directory.CreateTempSubdirectory("aggregator-");
        await using (var server = await ServerProcess.Start($"Store:DataDirectory={directory.FullName}"))
        {
            for (var i = 0; i < 2; i++) await server.Http.PostAsJsonAsync("/v1/services/x/reports", new { }).Json(HttpStatusCode.Accepted);
            await Eventually.Is(
                "the counter", () => server.Http.GetStringAsync("/metrics"),
                metrics => metrics.Contains("aggregator_reports_received", StringComparison.Ordinal)
                    && metrics.Contains("outcome=\"counted\"", StringComparison.Ordinal) && metrics.Contains("outcome=\"duplicate\"", StringComparison.Ordinal));
        }

        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task The_documentation_of_the_API_is_served() => Assert.Contains("openapi", await _server.Anybody.GetStringAsync("/docs/"), StringComparison.Ordinal);
}
