using System.Diagnostics;
using System.Globalization;

namespace Aggregator.Server.Tests;

/// <summary>Whatever is killed, whenever: what was acknowledged is counted, once.</summary>
/// <remarks>CRASH_KILLS sets how often each test kills (default 3), CRASH_SEED repeats a run.</remarks>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int Kills = Number("CRASH_KILLS") ?? 3;
    private static readonly TimeSpan MovesOnWithin = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-crash-").FullName;
    private readonly int _seed = Number("CRASH_SEED") ?? Random.Shared.Next();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_server_with_the_embedded_store_is_killed()
    {
        await using var server = await Start();
        await Withstands(server, _ => KillServer(server));
    }

    [Fact]
    public async Task A_server_with_a_redis_is_killed()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await Start("Store:Mode=Redis", $"Store:Connection={redis.Connection}");
        await Withstands(server, _ => KillServer(server));
    }

    [Fact]
    public async Task The_redis_of_a_server_is_killed()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await Start("Store:Mode=Redis", $"Store:Connection={redis.Connection}");
        await Withstands(server, async dice =>
        {
            await redis.Kill();
            if (dice.Next(3) == 0) await KillServer(server, ready: false);
            await redis.Restart();
            await server.Ready();
        });
    }

    private Task<ServerProcess> Start(params string[] store) => ServerProcess.Start(
        [$"Store:DataDirectory={_directory}", "ForwardedHeaders:KnownNetworks:0=127.0.0.0/8", "Reports:RatePerReporter=0", "Reports:RatePerNetwork=0", .. store]);

    private static async Task KillServer(ServerProcess server, bool ready = true)
    {
        await server.Kill();
        await server.Begin();
        if (ready) await server.Ready();
    }

    private async Task Withstands(ServerProcess server, Func<Random, Task> kill)
    {
        output.WriteLine($"CRASH_SEED={_seed} CRASH_KILLS={Kills}");
        var (dice, ledger, watch) = (new Random(_seed), new Ledger(), Stopwatch.StartNew());
        foreach (var service in Ledger.Services)
            (await server.Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = service, category = "tests", symptoms = new[] { "app" } })).EnsureSuccessStatusCode();

        var (singles, bulk) = (new SingleReports(server, ledger), new BulkImport(server, ledger, new(_seed)));
        using var stopping = new CancellationTokenSource();
        var senders = Task.WhenAll(singles.Run(stopping.Token), bulk.Run(stopping.Token));
        for (var i = 1; i <= Kills; i++)
        {
            // Both streams flow, and then a random number of reports more.
            var (single, request, more) = (singles.Acknowledged, bulk.Requests, dice.Next(1, 1500));
            await Eventually.True("the senders are answered", MovesOnWithin, () =>
                senders.IsFaulted ? throw senders.Exception : Task.FromResult(singles.Acknowledged >= single + more && bulk.Requests > request));
            output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: kill {i} after {singles.Acknowledged} single reports and {bulk.Requests} imports");
            await kill(dice);
            output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: ready again");
        }

        await stopping.CancelAsync();
        await senders.WaitAsync(MovesOnWithin, TimeProvider.System);
        output.WriteLine(
            $"{watch.Elapsed.TotalSeconds:0.0} s: {singles.Acknowledged} single reports ({singles.Repeated} tries repeated, {singles.KnownAlready} had been counted), "
            + $"{bulk.Requests} imports ({bulk.Repeated} tries repeated), {ledger.Total} reports in the ledger");
        // A store that is back at once is waited for inside the server, so a few kills may pass without a client noticing.
        if (Kills >= 10) Assert.True(singles.Repeated > 0, "No report was in flight when something was killed.");

        await ledger.Agrees(server);

        // What the regions keep in memory is right; now what the store holds.
        await server.Stop();
        await server.Restart();
        await ledger.Agrees(server);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
