namespace Aggregator.Domain;

/// <summary>What became of a notification on its way to one subscription.</summary>
public enum DeliveryState
{
    /// <summary>It is, or will be, tried.</summary>
    Waiting,

    /// <summary>Answered with 2xx.</summary>
    Delivered,

    /// <summary>Given up; it is tried again when the receiver accepts something, or by hand.</summary>
    Dead,

    /// <summary>A later change made it untrue, or a later one was accepted first: it is not sent any more.</summary>
    Overtaken,
}
