using Orleans.Concurrency;

namespace Aggregator.Grains;

/// <summary>Owns the incident of one service. Key: the service.</summary>
[Alias("service")]
public interface IServiceGrain : IGrainWithStringKey
{
    /// <summary>A region's level changed, its numbers moved, or its heartbeat is due. Hearing the same twice changes nothing.</summary>
    [Alias("hear")]
    Task Hear(RegionNews news);

    /// <summary>The regions that ever told anything.</summary>
    [Alias("regions"), AlwaysInterleave]
    Task<string[]> Regions();

    /// <summary>Makes sure that the service watches over its incident, if it has one.</summary>
    [Alias("wake"), AlwaysInterleave]
    Task Wake();
}
