using System.Diagnostics;
using System.Globalization;
using Aggregator.Grains;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aggregator.Server.Tests;

/// <summary>Whatever goes wrong, whenever: what was acknowledged is stored, once, and nothing else is that nobody sent.</summary>
/// <remarks>CRASH_KILLS sets how many faults each test meets (default 2), CRASH_SEED repeats a run.</remarks>
public abstract class FaultTests(ITestOutputHelper output) : IDisposable
{
    private const int PatientConnections = 18, HastyConnections = 6;
    private const int PatientLines = 5000, HastyLines = 1000;
    private static readonly TimeSpan MovesOnWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AgreesWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ImportsReachBack = TimeSpan.FromHours(3);

    private readonly int _seed = Number("CRASH_SEED") ?? Random.Shared.Next();

    /// <summary>How many faults a test of this length meets.</summary>
    protected static int Faults { get; } = Number("CRASH_KILLS") ?? 2;

    protected static bool IsLong => IsLongRun;

    /// <summary>Whether the long form was asked for.</summary>
    internal static bool IsLongRun => Faults >= 10;

    /// <summary>The data of the server under trial.</summary>
    protected string DataDirectory { get; } = Directory.CreateTempSubdirectory("aggregator-crash-").FullName;

    public void Dispose()
    {
        Directory.Delete(DataDirectory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected Task<ServerProcess> Start() => ServerProcess.Start(Settings);

    /// <param name="redis">A StackExchange.Redis configuration string.</param>
    private protected Task<ServerProcess> Start(string redis) => ServerProcess.Start([.. Settings, .. On(redis)]);

    private protected static string[] On(string redis) => ["Store:Mode=Redis", $"Store:Connection={redis}"];

    private protected string[] Settings =>
    [
        $"Store:DataDirectory={DataDirectory}", "ForwardedHeaders:KnownNetworks:0=127.0.0.0/8", "Reports:RatePerReporter=0", "Reports:RatePerNetwork=0",
        $"Reports:NetworkShare={SingleReports.NetworkShare}",
    ];

    /// <summary>A server with the embedded store lives through faults under load, and its counts are right.</summary>
    private protected Task Withstands(ITriedServer server, Func<Random, int, Task> fault) => Withstands(server, Faults, fault, live: false, async () =>
    {
        await using var store = EmbeddedStore.Start(DataDirectory, NullLoggerFactory.Instance, TimeProvider.System);
        return await Counts.Stored(store.Connection, server.Clock.GetUtcNow());
    });

    /// <summary>A server with a Redis lives through faults under load, and its counts are right.</summary>
    private protected Task Withstands(ITriedServer server, RedisProcess redis, Func<Random, int, Task> fault, int? faults = null) =>
        Withstands(server, redis.Connection, fault, faults);

    /// <param name="redis">A StackExchange.Redis configuration string.</param>
    private protected Task Withstands(ITriedServer server, string redis, Func<Random, int, Task> fault, int? faults = null) =>
        Withstands(server, faults ?? Faults, fault, live: true, () => Counts.Stored(redis, server.Clock.GetUtcNow()));

    /// <param name="live">Whether the store can be read while the server runs.</param>
    /// <param name="read">Reads what the store holds.</param>
    private async Task Withstands(ITriedServer server, int faults, Func<Random, int, Task> fault, bool live, Func<Task<Counts>> read)
    {
        output.WriteLine($"CRASH_SEED={_seed} CRASH_KILLS={Faults}");
        foreach (var service in Ledger.Services.Append(Ledger.ServiceOfOneTry))
            (await server.Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = service, category = "tests", symptoms = new[] { "app" } })).EnsureSuccessStatusCode();

        var (dice, ledger, since, watch) = (new Random(_seed), new Ledger(), server.Clock.GetUtcNow() - ImportsReachBack, Stopwatch.StartNew());
        string[] once = [Ledger.ServiceOfOneTry];
        var dated = server.Clock == TimeProvider.System;
        var singles = new SingleReports(server.Http, ledger, server.Clock, Ledger.Services, PatientConnections, patient: true);
        var hastySingles = new SingleReports(server.Http, ledger, server.Clock, once, HastyConnections, patient: false);
        var imports = new BulkImport(server.Operator, ledger, server.Clock, Ledger.Services, PatientLines, dated, patient: true, new(_seed));
        var hastyImports = new BulkImport(server.Operator, ledger, server.Clock, once, HastyLines, dated, patient: false, new(_seed + 1));

        using var stopping = new CancellationTokenSource();
        Task[] senders = [.. singles.Run(stopping.Token), .. hastySingles.Run(stopping.Token), imports.Run(stopping.Token), hastyImports.Run(stopping.Token)];
        using var silence = new Silence(() => singles.Acknowledged);
        for (var i = 0; i < faults; i++)
        {
            // All streams flow, and then a random number of reports more.
            var (before, more) = (Heard(), dice.Next(1, IsLong ? 1500 : 300));
            await Eventually.Right("the senders are answered", MovesOnWithin, () =>
            {
                if (senders.FirstOrDefault(sender => sender.IsFaulted) is { } failed) throw failed.Exception!;
                var now = Heard();
                var moved = now.Singles >= before.Singles + more && now.HastySingles > before.HastySingles && now.Imports > before.Imports && now.HastyImports > before.HastyImports;
                return Task.FromResult(moved ? null : $"{now} after {before} and {more} people more; the server said {server.Output}");
            });
            output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: fault {i + 1}, {ledger}");
            await fault(dice, i);
            output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: over");
        }

        await stopping.CancelAsync();
        await Task.WhenAll(senders).WaitAsync(MovesOnWithin, TimeProvider.System);
        output.WriteLine(
            $"{watch.Elapsed.TotalSeconds:0.0} s: {ledger}; {singles.Acknowledged} patient people ({singles.Unheard} tries unheard, {singles.KnownAlready} of them had been counted), "
            + $"{hastySingles.Acknowledged} hasty ones ({hastySingles.Unheard}), {imports.Requests} patient imports ({imports.Unheard}), {hastyImports.Requests} hasty ones ({hastyImports.Unheard}); "
            + $"longest time without an acknowledgement {silence.Longest.TotalSeconds:0.0} s");
        ledger.Balances();

        // What the regions keep in memory.
        await Eventually.Right("what is told agrees with the ledger", AgreesWithin, async () =>
        {
            var told = await Counts.Told(server.Http, since);
            return ledger.Wrong(told, ReportOutcome.Counted) ?? (live ? told.Differs(await read(), ReportOutcome.Counted) : null);
        });

        // What the store holds.
        if (!live) await server.Stop();
        var stored = await read();
        Assert.Null(ledger.Wrong(stored));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{watch.Elapsed.TotalSeconds:0.0} s: stored {stored.Total(ReportOutcome.Counted)} counted + {stored.Total(ReportOutcome.Duplicate)} duplicate + {stored.Total(ReportOutcome.Quarantined)} quarantined"));

        // What a server makes of it that knows nothing else.
        if (live && !IsLong) return;
        if (live) await server.Stop();
        await server.Restart();
        await Eventually.Right("what is told agrees with the store", AgreesWithin, async () => (await Counts.Told(server.Http, since)).Differs(stored, ReportOutcome.Counted));

        (long Singles, long HastySingles, long Imports, long HastyImports) Heard() =>
            (singles.Acknowledged, hastySingles.Acknowledged, imports.Requests, hastyImports.Requests);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
