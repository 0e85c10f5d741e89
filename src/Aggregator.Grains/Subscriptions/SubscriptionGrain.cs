using System.Collections.Immutable;
using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

/// <remarks>
/// What is to be sent is saved before it is sent, and saved again with the answer: a message may be sent twice, always under the same id, and none is lost.
/// Attempts run beside the calls, so that a slow subscriber delays nobody.
/// </remarks>
[GrainType("subscription")]
internal sealed partial class SubscriptionGrain(
    [PersistentState("subscription")] IPersistentState<SubscriptionState> state,
    SubscriptionStore filters, WebhookSender sender, IMessageWriter writer, StoreLoss loss, GrainTelemetry telemetry, TimeProvider clock,
    ILogger<SubscriptionGrain> logger) : Grain, ISubscriptionGrain, IDisposable
{
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FormerSecretFor = TimeSpan.FromHours(24);

    private readonly SemaphoreSlim _saving = new(1);
    private DeliverySchedule<DeliveryDocument> _schedule = null!;
    private IGrainTimer _timer = null!;
    private string _id = "";
    private int _waiting;
    private bool _listed;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _id = this.GetPrimaryKeyString();
        _schedule = new(state.State);
        CountWaiting();
        _timer = this.RegisterGrainTimer(Work, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
        return Task.CompletedTask;
    }

    /// <summary>What is on its way may end: else it is sent again after every orderly stop.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            if (loss.IsSuspected && state.State.Settings is { } settings)
            {
                await filters.Put(_id, settings.Filter);
                await state.WriteBack();
            }

            await Task.WhenAll(_onTheirWay.Values).WaitAsync(EndWithin, clock, cancellationToken);
        }
        catch (Exception error) when (error is OperationCanceledException || StoreFaults.Caused(error))
        {
            // It is sent again, under the same id.
        }
        finally
        {
            telemetry.Waiting(-_waiting);
            _waiting = 0;
        }
    }

    public async Task<SubscriptionStanding> Create(SubscriptionSettings settings, string secret)
    {
        Begin(new() { Settings = settings, Secret = secret, CreatedAt = clock.GetUtcNow() });
        AddPing();

        // Listed first and removed from the list last: a subscription that nobody can find would keep its secret and what waits for good.
        await filters.Put(_id, settings.Filter);
        await Save();
        WorkNow();
        return Standing(settings);
    }

    public Task<SubscriptionStanding?> Read() => Task.FromResult(state.State.Settings is { } settings ? Standing(settings) : null);

    public async Task<SubscriptionStanding?> Change(SubscriptionSettings settings)
    {
        if (state.State.Settings is not { } before) return null;

        state.State.Settings = settings;
        if (settings.Url != before.Url)
        {
            (state.State.Status, state.State.Reason, state.State.FailingSince) = (SubscriptionStatus.Pending, null, null);
            AddPing();
        }

        await Save();
        await filters.Put(_id, settings.Filter);
        WorkNow();
        return Standing(settings);
    }

    public async Task<bool> Delete()
    {
        if (state.State.Settings is null) return false;

        Begin(new());
        await Save();
        await filters.Delete(_id);
        DeactivateOnIdle();
        return true;
    }

    public async Task<DeliveryDocument?> Ping()
    {
        if (state.State.Settings is null) return null;

        var ping = AddPing();
        await Save();
        WorkNow();
        return ping;
    }

    public async Task<SecretRotation> Rotate(string secret)
    {
        if (state.State.Settings is null) return SecretRotation.NotFound;
        if (state.State.FormerSecret is not null && clock.GetUtcNow() < state.State.FormerUntil) return SecretRotation.TooSoon;

        (state.State.FormerSecret, state.State.FormerUntil) = (state.State.Secret, clock.GetUtcNow() + FormerSecretFor);
        state.State.Secret = secret;
        await Save();
        return SecretRotation.Rotated;
    }

    public Task<ImmutableArray<DeliveryDocument>> Deliveries() => Task.FromResult<ImmutableArray<DeliveryDocument>>([.. Enumerable.Reverse(state.State.Deliveries)]);

    public async Task<DeliveryRetry> Retry(string delivery)
    {
        var place = Place(delivery);
        if (place < 0) return DeliveryRetry.NotFound;
        if (state.State.Deliveries[place].State == DeliveryState.Delivered) return DeliveryRetry.AlreadyDelivered;
        if (state.State.Deliveries[place].State == DeliveryState.Overtaken) return DeliveryRetry.Overtaken;

        _schedule.Retry(delivery, clock.GetUtcNow());
        await Save();
        WorkNow();
        return DeliveryRetry.Begun;
    }

    public async Task Offer(IncidentDocument incident, IncidentChangeDocument change)
    {
        if (state.State.Settings is not { } settings || WasOffered(incident.Id, change.Sequence)) return;

        // A subscription that is told nothing now is kept up to date about what it was told before.
        var isWanted = settings.Filter.Passes(incident, change) && (IsActive || Knows(incident.Id));
        var changed = TakeBack(GatheredChange.From(incident, change));
        if (isWanted && !(IsActive && Hold(incident, change)))
        {
            DropUntrue(state.State.Storm.Gathered, GatheredChange.From(incident, change));
            Add(Single(settings, incident, change));
        }

        if (!isWanted && change.Kind == ChangeKind.Resolved) changed |= state.State.Storm.Forget(incident.Id);
        if (!isWanted && !changed) return;
        await Save();
        WorkNow();
    }

    public Task Wake()
    {
        WorkNow();
        return Task.CompletedTask;
    }

    /// <summary>Puts the list right once after waking: the process may have died between a save and the list.</summary>
    private async Task KeepListed()
    {
        if (_listed) return;
        if (state.State.Settings is { } settings) await filters.Put(_id, settings.Filter);
        else await filters.Delete(_id);
        _listed = true;
    }

    public void Dispose() => _saving.Dispose();

    private bool IsActive => state.State.Status == SubscriptionStatus.Active;

    private bool NotesAssertState => ((IDeliveryScheduleState<DeliveryDocument>)state.State).NotesAssertState;

    private void Begin(SubscriptionState from)
    {
        state.State = from;
        _schedule = new(from);
    }

    private bool Knows(string incident) => _schedule.Knows(incident) || state.State.Storm.Gathered.Exists(change => change.Incident == incident);

    private bool WasOffered(string incident, int sequence) =>
        Place(DeliveryDocument.IdOf(incident, sequence)) >= 0 || IsHeld(incident, sequence)
        || state.State.Deliveries.Exists(delivery => !delivery.Carries.IsDefault && delivery.Carries.Any(change => change.Incident == incident && change.Sequence == sequence));

    private DeliveryDocument Single(SubscriptionSettings settings, IncidentDocument incident, IncidentChangeDocument change) => new(
        DeliveryDocument.IdOf(incident.Id, change.Sequence), DeliveryDocument.TypeOf(change.Kind), incident.Id, change.At,
        writer.Change(settings, incident, change), DeliveryState.Waiting, clock.GetUtcNow(), [], Tracing.CurrentText,
        [GatheredChange.From(incident, change)]);

    /// <summary>Takes back what a change makes untrue.</summary>
    private bool TakeBack(GatheredChange later)
    {
        var overtaken = _schedule.Overtake(later.Notified);
        TellAgain(overtaken, change => !change.Notified.IsOvertakenBy(later.Notified, NotesAssertState));
        telemetry.Overtaken(overtaken.Count);
        return overtaken.Count > 0;
    }

    private DeliveryDocument AddPing()
    {
        var now = clock.GetUtcNow();
        var ping = new DeliveryDocument(
            $"msg_ping_{Guid.NewGuid():N}", DeliveryDocument.PingType, null, now, writer.Ping(state.State.Settings!, _id, now),
            DeliveryState.Waiting, now, [], Tracing.CurrentText, []);

        // Another ping is another question: the one before need not be answered any more.
        state.State.Deliveries.RemoveAll(delivery => delivery is { Type: DeliveryDocument.PingType, State: DeliveryState.Waiting });
        Add(ping);
        return ping;
    }

    private void Add(DeliveryDocument delivery)
    {
        foreach (var _ in _schedule.Add(delivery)) telemetry.GivenUp();
    }

    private void CountWaiting()
    {
        var waiting = state.State.Deliveries.Count(delivery => delivery.State == DeliveryState.Waiting);
        telemetry.Waiting(waiting - _waiting);
        _waiting = waiting;
    }

    private int Place(string delivery) => state.State.Deliveries.FindIndex(known => known.Id == delivery);

    private SubscriptionStanding Standing(SubscriptionSettings settings) => new(
        _id, settings, state.State.Status, state.State.Reason, state.State.CreatedAt, state.State.FailingSince,
        state.State.Deliveries.Count(delivery => delivery.State == DeliveryState.Waiting));

    /// <summary>One save at a time: attempts end beside the calls.</summary>
    private async Task Save()
    {
        await _saving.WaitAsync();
        try
        {
            await state.WriteStateAsync();
        }
        finally
        {
            CountWaiting();
            _saving.Release();
        }
    }
}
