using System.Collections.Immutable;

namespace Aggregator.Domain;

/// <summary>One change of one incident, as far as the order and the truth of notifications depend on it.</summary>
/// <param name="Sequence">Its place among the changes of the incident.</param>
/// <param name="Regions">The regions it is about.</param>
public sealed record NotifiedChange(string Incident, int Sequence, ChangeKind Kind, ImmutableArray<string> Regions)
{
    /// <summary>Whether a later change of the same incident makes this one untrue.</summary>
    /// <remarks>
    /// An end, or another wave, makes everything before it untrue. A spread is untrue once all its regions have receded, and the other way round: if
    /// only some have, both are told, because the earlier one also says something that still holds. A note stays true, but in some formats it also
    /// asserts whether the incident goes on.
    /// </remarks>
    /// <param name="notesAssertState">In this format a note also says that the incident goes on, or that it is over.</param>
    public bool IsOvertakenBy(NotifiedChange later, bool notesAssertState)
    {
        ArgumentNullException.ThrowIfNull(later);
        if (later.Incident != Incident || later.Sequence <= Sequence) return false;

        return (Kind, later.Kind) switch
        {
            (ChangeKind.Noted, ChangeKind.Resolved or ChangeKind.Reopened) => notesAssertState,
            (_, ChangeKind.Resolved or ChangeKind.Reopened) => true,
            (ChangeKind.Spread, ChangeKind.Receded) or (ChangeKind.Receded, ChangeKind.Spread) => Regions.All(later.Regions.Contains),
            _ => false,
        };
    }
}
