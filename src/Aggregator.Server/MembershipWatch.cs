using Aggregator.Grains;
using StackExchange.Redis;

namespace Aggregator.Server;

/// <summary>Ends a silo that is no longer in the membership table, so that whoever manages the service starts it anew.</summary>
/// <remarks>
/// A silo whose row was deleted is not told: it serves on, unseen by the others, who may run the same grains elsewhere. A store that does not
/// answer proves nothing. <c>/health/ready</c> has said so from the first look on.
/// </remarks>
internal sealed partial class MembershipWatch(
    IMembershipTable table, ILocalSiloDetails silo, StoreLoss loss, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<MembershipWatch> logger) : BackgroundService
{
    private const int LooksInVain = 3;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var inVain = 0;
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (inVain < LooksInVain && await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (await IsThere(stoppingToken) is { } there) inVain = there ? 0 : inVain + 1;
        }

        LogLost(silo.SiloAddress);
        loss.Suspect();
        await MakeTable(stoppingToken);
        Starting.EndToStartAnew(lifetime, clock, "This silo lost its place in the cluster and could not end in good order.");
    }

    /// <summary>The silo would try without end to take leave of a table that is gone.</summary>
    private async Task MakeTable(CancellationToken stopping)
    {
        try
        {
            await table.InitializeMembershipTableAsync(true, stopping);
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            LogNoAnswer(error.Message);
        }
    }

    /// <summary>None while the table does not answer.</summary>
    private async Task<bool?> IsThere(CancellationToken stopping)
    {
        try
        {
            return (await table.ReadRowAsync(silo.SiloAddress, stopping)).Members.Count > 0;
        }
        catch (Exception error)
        {
            if (stopping.IsCancellationRequested) return null;

            // Whatever the table itself complains of, the silo is not in it: perhaps all of it was deleted.
            if (error.GetBaseException() is not (RedisException or TimeoutException) && StoreFaults.Of(error) is not { IsRefusal: true }) return false;
            LogNoAnswer(error.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Critical, "This silo, {Silo}, is no longer in the membership table, so other silos may run its grains: it ends with exit code 1, to be started again")]
    private partial void LogLost(SiloAddress silo);

    [LoggerMessage(LogLevel.Debug, "The membership table does not answer: {Reason}")]
    private partial void LogNoAnswer(string reason);
}
