using System.Diagnostics;
using System.Globalization;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>One cluster that meets fault after fault, under load, during an outage of a service, with a subscriber who listens and everybody watching.</summary>
/// <remarks>The ledger goes on from fault to fault; after each one it must be exact.</remarks>
public sealed class ClusterTrial : IAsyncLifetime
{
    private const int PatientConnections = 6, HastyConnections = 3;
    private const int PatientLines = 1000, HastyLines = 300;
    private static readonly TimeSpan MovesOnWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReachesBack = TimeSpan.FromHours(3);

    private readonly Ledger _ledger = new();
    private readonly int _seed = Random.Shared.Next();
    private NetworkRoom? _room;
    private RedisProcess? _redis;
    private ClusterProcesses? _cluster;
    private Receiver? _receiver;
    private Outage? _outage;
    private SingleReports? _singles, _hastySingles;
    private BulkImport? _imports, _hastyImports;
    private DateTimeOffset _since;

    /// <summary>How long the senders rest: as long as they can go on sending.</summary>
    internal (TimeSpan People, TimeSpan Imports) Pause { get; init; }

    internal RedisProcess Redis => _redis!;

    internal ClusterProcesses Cluster => _cluster!;

    /// <summary>Where the last gateway lives, where one can be made.</summary>
    internal NetworkRoom? Room => _room;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_outage is not null) await _outage.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        if (_room is not null) await _room.DisposeAsync();
        if (_receiver is not null) await _receiver.DisposeAsync();
    }

    /// <summary>The cluster lives through a fault; what it cost is one row.</summary>
    /// <param name="name">What happens.</param>
    /// <param name="fault">Lets it happen, and ends when it is over or nothing more is done about it.</param>
    internal async Task<FaultRow> Withstands(string name, Func<Task> fault)
    {
        await Begin();
        await Cluster.Heal();
        using var stopping = new CancellationTokenSource();
        Task[] senders = [.. _singles!.Run(stopping.Token), .. _hastySingles!.Run(stopping.Token), _imports!.Run(stopping.Token), _hastyImports!.Run(stopping.Token)];
        try
        {
            await Flows(senders);
            var row = await Meet(name, fault, senders);
            await IsExact(stopping, senders);
            return row with { Ledger = $"{_ledger}" };
        }
        finally
        {
            await stopping.CancelAsync();
            await Task.WhenAll(senders).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<FaultRow> Meet(string name, Func<Task> fault, Task[] senders)
    {
        await using var fresh = FaultTests.IsLongRun ? await Outage.Begin(Cluster, _receiver!, "cluster-spike-" + Guid.NewGuid().ToString("N")[..8]) : null;
        var watch = Stopwatch.StartNew();
        using var silence = new Silence(() => _singles!.Acknowledged);
        await fault();
        var whole = await Whole(watch);
        await Flows(senders);
        var spiked = fresh is null ? (TimeSpan?)null : await fresh.Spiked;
        var unanswered = silence.Longest;
        await Cluster.Heal();
        if (fresh is not null) await fresh.IsOneStory();
        return new(name, unanswered, whole, spiked, "");
    }

    private async Task IsExact(CancellationTokenSource stopping, Task[] senders)
    {
        await stopping.CancelAsync();
        await Task.WhenAll(senders).WaitAsync(MovesOnWithin, TimeProvider.System);
        _ledger.Balances();
        await Eventually.Right("what is told agrees with the ledger and the store", MovesOnWithin, async () =>
        {
            var told = await Counts.Told(Cluster.Http, _since);
            return _ledger.Wrong(told, ReportOutcome.Counted) ?? told.Differs(await Stored(), ReportOutcome.Counted);
        });
        var stored = await Stored();
        Assert.Null(_ledger.Wrong(stored));
        await _outage!.IsOneStory();
    }

    private Task<Counts> Stored() => Counts.Stored(Redis.Connection, TimeProvider.System.GetUtcNow());

    private async Task Begin()
    {
        if (_cluster is not null) return;
        _since = TimeProvider.System.GetUtcNow() - ReachesBack;
        _room = await NetworkRoom.Open();
        _redis = await RedisProcess.Start(_room is null ? [] : ["--bind", "127.0.0.1", _room.Store, "--protected-mode", "no"]);
        _receiver = await Receiver.Start();
        _cluster = await ClusterProcesses.Start(
            _redis.Connection, _room, silos: 2, gateways: 2, "ForwardedHeaders:KnownNetworks=127.0.0.0/8 198.18.0.0/15", "Reports:RatePerReporter=0", "Reports:RatePerNetwork=0",
            $"Reports:NetworkShare={SingleReports.NetworkShare}", "Webhooks:AllowPrivateNetworks=true");
        foreach (var service in Ledger.Services.Append(Ledger.ServiceOfOneTry)) await Cluster.Add(service);

        string[] once = [Ledger.ServiceOfOneTry];
        var clock = TimeProvider.System;
        _singles = new(Cluster.Http, _ledger, clock, Ledger.Services, PatientConnections, patient: true) { Pause = Pause.People };
        _hastySingles = new(Cluster.Http, _ledger, clock, once, HastyConnections, patient: false) { Pause = Pause.People };
        _imports = new(Cluster.Operator, _ledger, clock, Ledger.Services, PatientLines, dated: true, patient: true, new(_seed)) { Pause = Pause.Imports };
        _hastyImports = new(Cluster.Operator, _ledger, clock, once, HastyLines, dated: true, patient: false, new(_seed + 1)) { Pause = Pause.Imports };
        _outage = await Outage.Begin(Cluster, _receiver!, "cluster-outage");
        await _outage.Spiked;
    }

    /// <summary>All streams of reports move on.</summary>
    private async Task Flows(Task[] senders)
    {
        var before = Heard();
        await Eventually.Right("the senders are answered", MovesOnWithin, () =>
        {
            if (senders.FirstOrDefault(sender => sender.IsFaulted) is { } failed) throw failed.Exception!;
            var now = Heard();
            var moved = now.Singles > before.Singles + 20 && now.Hasty > before.Hasty && now.Imports > before.Imports && now.HastyImports > before.HastyImports;
            return Task.FromResult(moved ? null : $"{now} after {before}; the gateways said {string.Concat(Cluster.Gateways.Select(gateway => gateway.Output))}");
        });
    }

    private (long Singles, long Hasty, long Imports, long HastyImports) Heard() =>
        (_singles!.Acknowledged, _hastySingles!.Acknowledged, _imports!.Requests, _hastyImports!.Requests);

    /// <summary>Until every gateway tells what was acknowledged a moment ago.</summary>
    private async Task<TimeSpan> Whole(Stopwatch since)
    {
        var service = Ledger.Services[0];
        var acknowledged = _ledger.Counted(service);
        await Eventually.Right("the window is whole", MovesOnWithin, async () =>
        {
            foreach (var gateway in Cluster.Gateways)
            {
                try
                {
                    using var answer = await gateway.Http.GetAsync($"/v1/services/{service}/series?interval=10s&from={_since.UtcDateTime:O}");
                    if (!answer.IsSuccessStatusCode) return $"{answer.StatusCode}";
                    var told = (await answer.Json()).List("points").Select(point => point.GetProperty("reports")).Sum(count => count.ValueKind == JsonValueKind.Null ? 0 : count.GetInt64());
                    if (told < acknowledged) return string.Create(CultureInfo.InvariantCulture, $"{told}, not {acknowledged}");
                }
                catch (Exception error) when (error is HttpRequestException or TaskCanceledException or IOException)
                {
                    return error.Message;
                }
            }

            return null;
        });
        return since.Elapsed;
    }
}

/// <summary>What a fault cost.</summary>
/// <param name="Unanswered">The longest time in which nobody's report was acknowledged.</param>
/// <param name="Whole">Until every gateway told all that was acknowledged.</param>
/// <param name="Spiked">From the first report of an outage that began with the fault to its spike.</param>
internal sealed record FaultRow(string Name, TimeSpan Unanswered, TimeSpan Whole, TimeSpan? Spiked, string Ledger)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"| {Name} | 0 | 0 | {Unanswered.TotalSeconds:0.0} s | {Whole.TotalSeconds:0.0} s | {(Spiked is { } spiked ? $"{spiked.TotalSeconds:0.0} s" : "")} | 0 | 0 | {Ledger}");
}
