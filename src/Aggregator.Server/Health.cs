using Aggregator.Grains;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Aggregator.Server;

/// <summary>Whether this server lives, and whether it is of use.</summary>
internal static class Health
{
    private const string Ready = "ready";

    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<StoreAnswers>("store", tags: [Ready]).AddCheck<BoardsAnswer>("boards", tags: [Ready]).AddCheck<InMembership>("membership", tags: [Ready]);
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

    private sealed class StoreAnswers(StoreConnection store) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await store.Reports.PingAsync();
                return store.IsFull ? HealthCheckResult.Degraded("The store is full: reports are refused.") : HealthCheckResult.Healthy();
            }
            catch (Exception error) when (error is RedisException or TimeoutException)
            {
                return HealthCheckResult.Unhealthy("The store does not answer.");
            }
        }
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
                return HealthCheckResult.Unhealthy("The membership table does not answer.");
            }
        }
    }
}
