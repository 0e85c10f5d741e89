using System.Collections.Immutable;

namespace Aggregator.Domain;

/// <summary>One notification on its way to one subscription, as its schedule sees it.</summary>
public interface IDelivery<out T>
{
    string Id { get; }

    /// <summary>The changes it tells, in their order; none for a ping.</summary>
    ImmutableArray<NotifiedChange> Changes { get; }

    DeliveryState State { get; }

    /// <summary>When it is tried next; none if it is not waiting.</summary>
    DateTimeOffset? Due { get; }

    /// <summary>Attempts that failed.</summary>
    int Failed { get; }

    /// <summary>Attempts that do not bring it nearer to being given up: the receiver asked for the wait, or had just accepted something else.</summary>
    int Uncounted { get; }

    T With(DeliveryState state, DateTimeOffset? due, int uncounted);
}

/// <summary>What a delivery schedule keeps.</summary>
public interface IDeliveryScheduleState<T> where T : IDelivery<T>
{
    /// <summary>What waits, and the last that does not, oldest first.</summary>
    List<T> Deliveries { get; }

    /// <summary>Incidents of which the receiver has accepted that they go on, and not that they are over.</summary>
    HashSet<string> Told { get; }

    /// <summary>The receiver asked to be left alone until then (Retry-After); none if it did not.</summary>
    DateTimeOffset? PausedUntil { get; set; }

    /// <summary>In the subscription's format a note also says whether the incident goes on.</summary>
    bool NotesAssertState { get; }
}
