namespace Aggregator.Grains;

/// <summary>What a service keeps: its incident while it is open, and for as long as it has not reached the archive.</summary>
[GenerateSerializer, Alias("service-state")]
public sealed class ServiceState
{
    /// <summary>The open incident, or the last one.</summary>
    [Id(0)]
    public IncidentDocument? Incident { get; set; }

    /// <summary>Whether the archive has the incident as it is here.</summary>
    [Id(1)]
    public bool Archived { get; set; } = true;
}
