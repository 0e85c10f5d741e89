namespace Aggregator.Domain;

/// <summary>Settings of the tracker.</summary>
public sealed record IncidentOptions
{
    /// <summary>How long a spike must last before it opens an incident. Default 10 s: two bucket closes.</summary>
    public TimeSpan SpikeHold { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long no region may be in spike before the incident is resolved. Default 3 min, on top of the detector's own.</summary>
    public TimeSpan CalmHold { get; init; } = TimeSpan.FromMinutes(3);
}
