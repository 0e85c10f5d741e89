namespace Aggregator.Domain;

/// <summary>How bad it looks, from best to worst; <see cref="Unknown"/> is not a grade but the absence of sight.</summary>
public enum Level
{
    /// <summary>No more reports than this hour of the week explains.</summary>
    Normal,

    /// <summary>Nothing was seen: the store or the intake was away, so neither calm nor trouble can be claimed.</summary>
    Unknown,

    /// <summary>More than usual, less than a spike.</summary>
    Elevated,

    /// <summary>Far more than chance explains.</summary>
    Spike,
}
