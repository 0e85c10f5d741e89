namespace Aggregator.Domain;

/// <summary>Which notifications of one subscription are sent, in which order and when.</summary>
/// <remarks>
/// <para>Changes of one incident go in order: the next is tried when the one before has been accepted, given up or overtaken; incidents do not wait for each
/// other. What a later change makes untrue is not sent (<see cref="DeliveryState.Overtaken"/>), so what a receiver accepted last about an incident is
/// the newest that was to be told. An end is always sent, even if its opening was never accepted: an attempt that failed may have been read.</para>
/// <para>A failed attempt is repeated by the <see cref="RetrySchedule"/>, but when the receiver accepts anything, all that waits or was given up is due at
/// once; and when it asks for a pause (Retry-After), nothing is sent for that long. Neither counts toward giving up, at most
/// <see cref="UncountedAtMost"/> times for one notification. What a receiver is owed, because it believes that an incident goes on, is never forgotten.</para>
/// <para>Works on the state it is given, which the owner saves. Not thread-safe: a schedule belongs to one grain.</para>
/// </remarks>
public sealed class DeliverySchedule<T>(IDeliveryScheduleState<T> state) where T : IDelivery<T>
{
    public const int WaitingAtMost = 200;
    public const int EndedKept = 200;
    public const int UncountedAtMost = 20;

    private List<T> Deliveries => state.Deliveries;

    /// <summary>Whether the receiver was told of the incident, or is about to be.</summary>
    public bool Knows(string incident) => state.Told.Contains(incident) || Deliveries.Exists(delivery => IsOpen(delivery) && Tells(delivery, incident));

    /// <summary>Adds a notification after those of its incidents that are older, and before those that are newer.</summary>
    /// <returns>The notifications given up for it.</returns>
    public IReadOnlyList<T> Add(T delivery)
    {
        var newer = Deliveries.FindIndex(known => known.State == DeliveryState.Waiting && ComesBefore(delivery, known));
        Deliveries.Insert(newer < 0 ? Deliveries.Count : newer, delivery);

        List<T> givenUp = [];
        while (Deliveries.Count(IsWaiting) > WaitingAtMost) givenUp.Add(GiveUpOne());
        for (var ended = Deliveries.Count(IsEnded); ended > EndedKept && Deliveries.FindIndex(IsEnded) is >= 0 and var oldest; ended--) Deliveries.RemoveAt(oldest);
        return givenUp;
    }

    /// <summary>Takes back what a new change makes untrue.</summary>
    /// <returns>The notifications taken back. One of several incidents may be partly true: what is left of it has to be told again.</returns>
    public IReadOnlyList<T> Overtake(NotifiedChange later) => Withdraw(change => change.IsOvertakenBy(later, state.NotesAssertState));

    /// <summary>What is to be tried now, in this order.</summary>
    /// <param name="active">The subscription is told things; otherwise it is only sent pings.</param>
    /// <param name="onTheirWay">Notifications whose answer is awaited.</param>
    public IEnumerable<T> Ready(DateTimeOffset now, bool active, IReadOnlyCollection<string> onTheirWay) =>
        Sendable(active, onTheirWay).Where(delivery => DueAt(delivery) <= now);

    /// <summary>When something is to be tried next; none if nothing is.</summary>
    public DateTimeOffset? NextAt(bool active, IReadOnlyCollection<string> onTheirWay) =>
        Sendable(active, onTheirWay).Select(DueAt).Cast<DateTimeOffset?>().Min();

    /// <summary>The receiver answered with 2xx.</summary>
    /// <returns>The notifications taken back because they are older, as by <see cref="Overtake"/>.</returns>
    public IReadOnlyList<T> Accepted(string id, DateTimeOffset now)
    {
        var place = Place(id);
        var delivery = Deliveries[place] = Deliveries[place].With(DeliveryState.Delivered, due: null, Deliveries[place].Uncounted);
        foreach (var change in delivery.Changes)
        {
            if (change.Kind == ChangeKind.Resolved) state.Told.Remove(change.Incident);
            else if (change.Kind != ChangeKind.Noted) state.Told.Add(change.Incident);
        }

        // A note may run ahead of changes that wait for their group: it makes nothing old.
        var told = delivery.Changes.Where(change => change.Kind != ChangeKind.Noted).ToLookup(change => change.Incident, change => change.Sequence);
        var withdrawn = Withdraw(change => told[change.Incident].Any(sequence => sequence >= change.Sequence));
        Hasten(now);
        return withdrawn;
    }

    /// <summary>An attempt failed. It has to be among the <see cref="IDelivery{T}.Failed"/> already.</summary>
    /// <param name="jitter">From 0 to 1.</param>
    /// <param name="asked">The answer's Retry-After.</param>
    /// <param name="isFinal">The receiver wants nothing any more.</param>
    /// <returns>Whether it is given up.</returns>
    public bool Failed(string id, DateTimeOffset now, double jitter, TimeSpan? asked, bool isFinal = false)
    {
        var place = Place(id);
        var delivery = Deliveries[place];
        TimeSpan? pause = asked is { } retryAfter && !isFinal ? RetrySchedule.Asked(retryAfter) : null;
        if (now + pause is { } until && !(until <= state.PausedUntil)) state.PausedUntil = until;

        // It may have been overtaken on its way.
        if (!IsWaiting(delivery)) return false;

        var isCounted = pause is null || delivery.Uncounted >= UncountedAtMost;
        TimeSpan? wait = isFinal ? null : isCounted ? RetrySchedule.After(delivery.Failed - delivery.Uncounted, jitter) : pause;
        Deliveries[place] = wait is { } some
            ? delivery.With(DeliveryState.Waiting, now + some, delivery.Uncounted + (isCounted ? 0 : 1))
            : delivery.With(DeliveryState.Dead, due: null, delivery.Uncounted);
        return wait is null;
    }

    /// <summary>Tries a notification now because somebody asks for it, and first what has to come before it.</summary>
    public void Retry(string id, DateTimeOffset now)
    {
        var retried = Deliveries[Place(id)].With(DeliveryState.Waiting, now, Deliveries[Place(id)].Uncounted);
        Deliveries[Place(id)] = retried;
        state.PausedUntil = null;
        Replace(delivery => IsWaiting(delivery) && ComesBefore(delivery, retried), delivery => delivery.With(DeliveryState.Waiting, now, delivery.Uncounted));
    }

    /// <summary>What has to wait for nothing but its time: the first of each incident.</summary>
    private IEnumerable<T> Sendable(bool active, IReadOnlyCollection<string> onTheirWay)
    {
        HashSet<string> taken = [.. Deliveries.Where(delivery => onTheirWay.Contains(delivery.Id)).SelectMany(delivery => delivery.Changes).Select(change => change.Incident)];
        foreach (var delivery in Deliveries)
        {
            if (!IsWaiting(delivery) || onTheirWay.Contains(delivery.Id) || (!active && !IsPing(delivery))) continue;
            if (delivery.Changes.All(change => !taken.Contains(change.Incident))) yield return delivery;
            taken.UnionWith(delivery.Changes.Select(change => change.Incident));
        }
    }

    // A ping is sent when somebody asks for it, pause or not.
    private DateTimeOffset DueAt(T delivery)
    {
        var due = delivery.Due ?? DateTimeOffset.MinValue;
        return !IsPing(delivery) && state.PausedUntil is { } until && until > due ? until : due;
    }

    private List<T> Withdraw(Predicate<NotifiedChange> isOld)
    {
        var old = Deliveries.FindAll(delivery => IsOpen(delivery) && delivery.Changes.Any(change => isOld(change)));
        Replace(old.Contains, delivery => delivery.With(DeliveryState.Overtaken, due: null, delivery.Uncounted));
        return old;
    }

    private void Hasten(DateTimeOffset now) => Replace(
        delivery => IsOpen(delivery) && !(delivery.Due <= now) && (delivery.Uncounted < UncountedAtMost || IsOwed(delivery)),
        delivery => delivery.With(DeliveryState.Waiting, now, delivery.Uncounted + 1));

    // What the receiver is owed is given up last.
    private T GiveUpOne()
    {
        var place = Deliveries.FindIndex(delivery => IsWaiting(delivery) && !IsOwed(delivery));
        if (place < 0) place = Deliveries.FindIndex(IsWaiting);
        return Deliveries[place] = Deliveries[place].With(DeliveryState.Dead, due: null, Deliveries[place].Uncounted);
    }

    private void Replace(Predicate<T> which, Func<T, T> by)
    {
        for (var place = 0; place < Deliveries.Count; place++)
            if (which(Deliveries[place])) Deliveries[place] = by(Deliveries[place]);
    }

    // The receiver believes that the incident goes on: however long it refuses, it is told the next time that it accepts something.
    private bool IsOwed(T delivery) => IsOpen(delivery) && delivery.Changes.Any(change => state.Told.Contains(change.Incident));

    private bool IsEnded(T delivery) => !IsWaiting(delivery) && !IsOwed(delivery);

    private int Place(string id) => Deliveries.FindIndex(delivery => delivery.Id == id);

    private static bool ComesBefore(T delivery, T other) =>
        delivery.Changes.Any(change => other.Changes.Any(later => later.Incident == change.Incident && later.Sequence > change.Sequence));

    private static bool Tells(T delivery, string incident) => delivery.Changes.Any(change => change.Incident == incident);

    private static bool IsPing(T delivery) => delivery.Changes.IsEmpty;

    private static bool IsWaiting(T delivery) => delivery.State == DeliveryState.Waiting;

    private static bool IsOpen(T delivery) => delivery.State is DeliveryState.Waiting or DeliveryState.Dead;
}
