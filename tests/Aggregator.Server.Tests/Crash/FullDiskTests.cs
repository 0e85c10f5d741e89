namespace Aggregator.Server.Tests;

/// <summary>The disk of the embedded store is full: reports are refused before it comes to that, and what was acknowledged is safe though it does.</summary>
[StartsProcess]
public sealed class FullDiskTests(ITestOutputHelper output) : FaultTests(output)
{
    // The store's own data need some of it as well, and a checkpoint as much again.
    private static readonly int Megabytes = IsLong ? 2048 : 512;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Reports_are_refused_while_there_is_little_room_and_taken_again_when_there_is_more()
    {
        await using var disk = await SmallDisk.Mount(DataDirectory, Megabytes);
        await using var server = await Start();
        await Withstands(server, async (dice, _) =>
        {
            await disk.Fill(leave: dice.Next(50, 100) << 20);
            await Eventually.Is("a refusal", () => Ask(server), said => said == (HttpStatusCode.ServiceUnavailable, "urn:aggregator:store-full"), Soon);
            using var health = await server.Http.GetAsync("/health/ready");
            Assert.Contains("The store is full", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
            disk.Empty();
        });
    }

    [Fact]
    public async Task A_server_that_cannot_write_its_log_says_so_once_ends_and_finds_what_it_acknowledged()
    {
        await using var disk = await SmallDisk.Mount(DataDirectory, Megabytes);
        await using var server = await Start();
        await Withstands(server, async (_, _) =>
        {
            await disk.Fill(leave: 0);
            await Eventually.True("the server has ended", Soon, () => Task.FromResult(server.HasExited));
            Assert.NotEqual(0, server.ExitCode);
            Assert.Single(server.Output.Split('\n'), line => line.Contains("its log cannot be written", StringComparison.Ordinal));

            await server.Begin();
            await Eventually.True("it does not start without room", Soon, () => Task.FromResult(server.HasExited));
            Assert.Contains("has no room: 0 MB are free", server.Output, StringComparison.Ordinal);
            disk.Empty();
            await server.Restart();
        });
    }

    private static async Task<(HttpStatusCode, string?)> Ask(ServerProcess server)
    {
        using var answer = await server.Http.PostAsJsonAsync("/v1/services/aws/reports", new { region = "US" });
        return (answer.StatusCode, answer.IsSuccessStatusCode ? null : (await answer.Json()).Text("type"));
    }
}
