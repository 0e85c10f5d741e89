namespace Aggregator.Domain;

/// <summary>What was decided on hearing a verdict.</summary>
public enum IncidentReason
{
    /// <summary>Nothing is open and nothing is wrong.</summary>
    Quiet,

    /// <summary>A spike, but not yet held for long enough.</summary>
    NotHeldYet,

    /// <summary>A held spike opened an incident.</summary>
    Opened,

    /// <summary>A further region joined.</summary>
    Spread,

    /// <summary>A region left, others stay.</summary>
    Receded,

    /// <summary>Heard again, or a number moved: nothing to tell.</summary>
    GoesOn,

    /// <summary>Calm everywhere, but not yet held for long enough.</summary>
    CalmNotHeldYet,

    /// <summary>Some region is out of sight: an incident is never resolved blind.</summary>
    Blind,

    /// <summary>Held calm resolved it.</summary>
    Resolved,
}

/// <summary>The incident after hearing, why, and the one change that must be told, if any.</summary>
public sealed record IncidentDecision(Incident? Incident, IncidentReason Reason, IncidentChange? Change);

/// <summary>Settings of the tracker.</summary>
public sealed record IncidentOptions
{
    /// <summary>How long a spike must last before it opens an incident. Default 10 s: two bucket closes.</summary>
    public TimeSpan SpikeHold { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long no region may be in spike before the incident is resolved. Default 3 min, on top of the detector's own.</summary>
    public TimeSpan CalmHold { get; init; } = TimeSpan.FromMinutes(3);
}
public sealed class IncidentTracker(ServiceKey service, IncidentOptions options)
{
    public Incident? Open { get; private set; }
    public IncidentDecision Hear(RegionCode region, Verdict verdict, DateTimeOffset now) { _ = service; _ = options; return new(Open, IncidentReason.Quiet, null); }
    public IncidentDecision Tick(DateTimeOffset now) => new(Open, IncidentReason.Quiet, null);
    public void Restore(Incident? open) => Open = open;
}
