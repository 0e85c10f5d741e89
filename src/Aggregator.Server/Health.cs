using Aggregator.Grains;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aggregator.Server;

/// <summary>Whether this server lives, and whether it is of use.</summary>
internal static class Health
{
    private const string Ready = "ready";

    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        // Whoever asks is answered; a setup that is not as it should be would be in the log with every probe.
        services.AddLogging(logging => logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService", LogLevel.Error));
        services.AddHealthChecks().AddCheck<StoreAnswers>("store", tags: [Ready]).AddCheck<StoreIsSafe>("durability", tags: [Ready]).AddCheck<BoardsAnswer>("boards", tags: [Ready]).AddCheck<InMembership>("membership", tags: [Ready]);
        return services;
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        routes.MapHealthChecks("/health/ready", new()
        {
            Predicate = check => check.Tags.Contains(Ready),
            ResponseWriter = (http, report) => http.Response.WriteAsJsonAsync(new
            {
                status = report.Status.ToString(),
                checks = report.Entries.ToDictionary(check => check.Key, check => check.Value.Description ?? check.Value.Status.ToString()),
            }),
        });
    }

    /// <summary>What takes no writes can still be read, and this server is of use; what does neither is not.</summary>
    private static HealthCheckResult Refused(StoreFault fault) => fault is StoreFault.Unreachable or StoreFault.Loading or StoreFault.Busy
        ? HealthCheckResult.Unhealthy(StoreWords.Of(fault))
        : HealthCheckResult.Degraded($"{StoreWords.Of(fault)} Reports are refused.");

    private sealed class StoreAnswers(StoreConnection store, StoreWatch watch, Intake intake) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await store.Reports.PingAsync();
                var fault = store.IsFull ? StoreFault.Full : intake.RefusedLately ?? watch.Latest?.Fault;
                return fault is { IsRefusal: true } why ? Refused(why) : HealthCheckResult.Healthy();
            }
            catch (Exception error) when (StoreFaults.Of(error) is { } fault)
            {
                return Refused(fault);
            }
        }
    }

    /// <summary>Whether the store keeps what a 202 promises: serving goes on without, so it is never worse than degraded.</summary>
    private sealed class StoreIsSafe(StoreWatch watch) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            watch.Latest is not { } look ? HealthCheckResult.Degraded("Unknown: the store has not been looked at yet.")
            : look.Findings.IsEmpty ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(string.Join(' ', look.Findings.Select(StoreWords.Of))));
    }

    private sealed class BoardsAnswer(SnapshotCache snapshots) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            snapshots.Latest is { Version: > 0, Blind: false } ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The boards have not been read."));
    }

    /// <summary>A silo that lost its row serves on unseen by the others: it must say that it is not ready.</summary>
    private sealed class InMembership(IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (services.GetService<ILocalSiloDetails>() is not { } silo) return HealthCheckResult.Healthy("Not a silo.");
            try
            {
                var rows = (await services.GetRequiredService<IMembershipTable>().ReadRowAsync(silo.SiloAddress, cancellationToken)).Members;
                return rows is [{ Item1.Status: SiloStatus.Active }, ..] ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("This silo is not in the membership table.");
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // The table is read in a transaction, which a store that takes no writes refuses.
                return StoreFaults.Of(error) is { IsRefusal: true } fault ? Refused(fault) : HealthCheckResult.Unhealthy("The membership table does not answer.");
            }
        }
    }
}
