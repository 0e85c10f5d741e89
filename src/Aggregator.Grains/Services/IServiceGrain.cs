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

    /// <summary>Adds the operator's word to an incident of this service, saves it, and tells it.</summary>
    /// <returns>None where there is no such incident, or it has no room for a further note.</returns>
    [Alias("note")]
    Task<IncidentDocument?> Note(string incident, string text, string? source);

    /// <summary>Makes sure that the service watches over its incident, if it has one.</summary>
    [Alias("wake"), AlwaysInterleave]
    Task Wake();

    /// <summary>Ends its incident because the service has left the catalog, where nobody can report on it any more.</summary>
    [Alias("close")]
    Task Close();

    /// <summary>Deletes what it keeps, and is as new on the board; false, and nothing is deleted, while an incident is open or a change is still to be told.</summary>
    [Alias("forget")]
    Task<bool> Forget();
}
