using System.Diagnostics;
using System.Globalization;

namespace Aggregator.Server.Tests;

/// <summary>A fault every minute, for as many minutes as CLUSTER_SOAK says, under a steady load: the ledger is exact at the end, and memory does not grow without end.</summary>
[StartsProcess]
public sealed class ClusterSoakTests(ITestOutputHelper output)
{
    private static readonly TimeSpan FaultEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20), Short = TimeSpan.FromSeconds(5);

    private readonly int _minutes = int.TryParse(Environment.GetEnvironmentVariable("CLUSTER_SOAK"), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) ? minutes : 0;

    [Fact]
    public async Task It_stands_an_hour_of_faults()
    {
        Assert.SkipUnless(_minutes > 0, "It takes an hour: CLUSTER_SOAK=60 runs it.");
        await using var trial = new ClusterTrial { Pause = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2)) };
        var faults = new ClusterFaults(trial);
        (string Name, Func<Task> Happens)[] cycle =
        [
            ("the hot silo killed", faults.KillTheHotSilo),
            ("a gateway cut off from the silos", () => faults.CutOffAGateway(room => room.Silos, Long)),
            ("Redis killed", faults.KillTheRedis),
            ("the hot silo frozen", () => faults.FreezeTheHotSilo(Long)),
            ("a gateway killed", faults.KillAGateway),
            ("Redis frozen", () => faults.FreezeTheRedis(Short)),
            ("a gateway cut off from Redis", () => faults.CutOffAGateway(room => room.Store, Long)),
            ("Redis slow", () => faults.SlowTheRedis(Long)),
            ("all restarted", faults.RestartAll),
            ("a silo and a gateway killed", faults.KillASiloAndAGateway),
        ];

        output.WriteLine("| minute | fault | MB of the silos | MB of the gateways | MB in Redis |\n|---|---|---|---|---|");
        var row = await trial.Withstands($"{_minutes} minutes, a fault in each", async () =>
        {
            var watch = Stopwatch.StartNew();
            for (var minute = 0; minute < _minutes; minute++)
            {
                var (name, happens) = cycle[minute % cycle.Length];
                await happens();
                await trial.Cluster.Heal();
                if (FaultEvery * (minute + 1) - watch.Elapsed is { Ticks: > 0 } rest) await Task.Delay(rest, TimeProvider.System);
                output.WriteLine($"| {minute + 1} | {name} | {Megabytes(trial.Cluster.Silos)} | {Megabytes(trial.Cluster.Gateways)} | {await InRedis(trial.Redis)} |");
            }
        });
        output.WriteLine($"{row}");
    }

    private static string Megabytes(IEnumerable<ServerProcess> servers) => string.Join(", ", servers.Select(server => server.WorkingSet >> 20));

    private static async Task<string> InRedis(RedisProcess redis)
    {
        var line = (await redis.Ask("INFO", "memory")).Split('\n').Single(line => line.StartsWith("used_memory:", StringComparison.Ordinal));
        return $"{long.Parse(line.AsSpan("used_memory:".Length), CultureInfo.InvariantCulture) >> 20}";
    }
}
