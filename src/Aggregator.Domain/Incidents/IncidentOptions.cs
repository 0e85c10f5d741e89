namespace Aggregator.Domain;

/// <summary>Settings of the tracker.</summary>
public sealed record IncidentOptions
{
    /// <summary>How long a spike must last before it opens an incident. Default 10 s: two bucket closes.</summary>
    public TimeSpan SpikeHold { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long no region may be in spike before the incident is resolved. Default 3 min, on top of the detector's own.</summary>
    public TimeSpan CalmHold { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long after its end a spike is another wave of the same incident, and not a new one. Default 30 min.</summary>
    public TimeSpan WaveWithin { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long calm must hold at the most, however many waves there were: each wave doubles it, so that an incident that comes and goes is not told each time. Default 30 min.</summary>
    public TimeSpan LongestCalmHold { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What joins or leaves is gathered for so long since the last change, and told together: an outage reaches sixty regions in one minute. Default 10 s.</summary>
    public TimeSpan GatherFor { get; init; } = TimeSpan.FromSeconds(10);
}
