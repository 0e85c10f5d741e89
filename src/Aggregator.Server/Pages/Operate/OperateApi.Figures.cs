using System.Diagnostics;
using Aggregator.Grains;
using Aggregator.Server.Operate;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>How this server is.</summary>
/// <param name="StoreTook">How long the store took to answer; none where it did not.</param>
public sealed record ServerFigures(
    string Name, ClusterRole Role, DateTimeOffset Now, DateTimeOffset Since, long WorkingSet, StoreMode Store, TimeSpan? StoreTook, bool StoreIsFull,
    int Waiting, int WaitingAtMost, bool Blind, int OpenIncidents, IReadOnlyList<IntakeFigure> Reports,
    IReadOnlyList<ProxySighting> Proxies);

internal static partial class OperateApi
{
    private static readonly TimeSpan PingPatience = TimeSpan.FromSeconds(1);

    private static async Task<IResult> Figures(
        IntakeFigures figures, Intake intake, ProxyWatch proxies, SnapshotCache snapshots, IncidentReader incidents, StoreConnection store, StoreWatch watch,
        IOptions<StoreOptions> storeOptions, IOptions<ClusteringOptions> cluster, TimeProvider clock)
    {
        var (waiting, atMost) = intake.Queue;
        using var process = Process.GetCurrentProcess();
        return Page<OperateFiguresPage>((nameof(OperateFiguresPage.Figures), new ServerFigures(
            Environment.MachineName, cluster.Value.Role, clock.GetUtcNow(), figures.Since, process.WorkingSet64,
            storeOptions.Value.Mode, await Ping(store, clock), store.IsFull || watch.Latest?.Fault == StoreFault.Full, waiting, atMost, snapshots.Latest is { Version: 0 } or { Blind: true } or { Shut: true }, incidents.Open().Count, figures.Read(), proxies.Read())));
    }

    private static async Task<TimeSpan?> Ping(StoreConnection store, TimeProvider clock)
    {
        try
        {
            return await store.Reports.PingAsync().WaitAsync(PingPatience, clock);
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return null;
        }
    }
}
