using Aggregator.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace Aggregator.Grains;

public static class Registration
{
    /// <summary>What grains and intake share: the store and the settings of the Domain. The caller registers <see cref="StoreConnection"/> and <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddAggregatorGrains(this IServiceCollection services) => services
        .AddSingleton<ReportStore>()
        .AddSingleton<OpenMarks>()
        .AddSingleton<CatalogStore>()
        .AddSingleton<IncidentStore>()
        .AddSingleton<ReporterKeys>()
        .AddSingleton(new DetectionOptions())
        .AddSingleton(new IncidentOptions());
}
