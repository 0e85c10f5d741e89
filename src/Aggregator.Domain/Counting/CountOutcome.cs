namespace Aggregator.Domain;

/// <summary>What became of a bucket that a window heard of.</summary>
public enum CountOutcome
{
    /// <summary>It is in the windows.</summary>
    Counted,

    /// <summary>Nothing in it is larger than what is known: heard twice, or overtaken.</summary>
    AlreadyKnown,

    /// <summary>It lies a little ahead, as another server's clock may: kept, and counted as soon as its time has come.</summary>
    Early,

    /// <summary>It left the last window before it was heard; it is not kept.</summary>
    TooOld,

    /// <summary>It lies further ahead than any clock may differ; it is not kept.</summary>
    FromFuture,
}
