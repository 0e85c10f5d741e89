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

    /// <summary>A held spike soon after the end opened it again.</summary>
    Reopened,

    /// <summary>Further regions joined.</summary>
    Spread,

    /// <summary>Regions left, others stay.</summary>
    Receded,

    /// <summary>Heard again, or a number moved: nothing to tell.</summary>
    GoesOn,

    /// <summary>Calm everywhere, but not yet held for long enough.</summary>
    CalmNotHeldYet,

    /// <summary>Some region is out of sight: an incident is never resolved blind.</summary>
    Blind,

    /// <summary>Held calm resolved it.</summary>
    Resolved,

    /// <summary>It ended because what it has been for two days is the new usual: nothing has gone back.</summary>
    BecameUsual,

    /// <summary>It was ended because its service left the catalog.</summary>
    Ended,
}

/// <summary>The incident after hearing, why, and the one change that must be told, if any.</summary>
public sealed record IncidentDecision(Incident? Incident, IncidentReason Reason, IncidentChange? Change);
