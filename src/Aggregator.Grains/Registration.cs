using Aggregator.Domain;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aggregator.Grains;

public static class Registration
{
    /// <summary>What grains and intake share: the store and the settings of the Domain. The caller registers <see cref="StoreConnection"/> and <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddAggregatorGrains(this IServiceCollection services) => services
        .AddSingleton<GrainTelemetry>()
        .AddSingleton<SiloStop>()
        .AddSingleton<StoreLoss>()
        .AddSingleton<GrainFaults>()
        .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloStop>())
        .AddSingleton<ReportStore>()
        .AddSingleton<OpenMarks>()
        .AddSingleton<CatalogStore>()
        .AddSingleton<IncidentStore>()
        .AddSingleton<PendingServices>()
        .AddSingleton<ServiceHistory>()
        .AddSingleton<SubscriptionStore>()
        .AddSingleton<WebhookSender>()
        .AddSingleton<ReporterKeys>()
        .AddSingleton(provider => new DetectionOptions
        {
            // Where the intake sets no limit per network, the judgement has none to go by.
            NetworkShare = provider.GetRequiredService<IOptions<ReportOptions>>().Value.NetworkShare is var share and > 0 ? share : int.MaxValue,
        })
        .AddSingleton(new IncidentOptions());
}
