using System.Collections.Immutable;

namespace Aggregator.Domain.Tests;

/// <summary>A notification that is nothing but its place in the schedule.</summary>
internal sealed record Outgoing(
    string Id, ImmutableArray<NotifiedChange> Changes, DeliveryState State, DateTimeOffset? Due, int Failed = 0, int Uncounted = 0) : IDelivery<Outgoing>
{
    public Outgoing With(DeliveryState state, DateTimeOffset? due, int uncounted) => this with { State = state, Due = due, Uncounted = uncounted };
}

internal sealed class OutgoingState(bool notesAssertState = false) : IDeliveryScheduleState<Outgoing>
{
    public List<Outgoing> Deliveries { get; } = [];

    public HashSet<string> Told { get; } = [];

    public DateTimeOffset? PausedUntil { get; set; }

    public bool NotesAssertState => notesAssertState;
}
