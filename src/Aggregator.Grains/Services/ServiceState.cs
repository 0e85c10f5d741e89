using System.Collections.Immutable;

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

    /// <summary>Changes that not every subscription has been offered yet, oldest first: saved together with what they tell of.</summary>
    [Id(2)]
    public List<UntoldChange> Untold { get; set; } = [];

    /// <summary>A region that was a spike before there was an incident: until it has been heard again, nobody who wakes may call the service well.</summary>
    [Id(3)]
    public string? Spiking { get; set; }
}

/// <summary>A change that is still to be told.</summary>
/// <param name="Incident">As it was then: whoever is told it again is told the same.</param>
/// <param name="Left">The subscriptions that could not be offered it; none where nobody was asked yet.</param>
/// <param name="Trace">The span in which it was decided, where that was traced.</param>
[GenerateSerializer, Immutable, Alias("untold-change")]
public sealed record UntoldChange(
    [property: Id(1)] int Sequence, [property: Id(2)] IncidentDocument Incident, [property: Id(3)] ImmutableArray<string>? Left = null, [property: Id(4)] string? Trace = null);
