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
    SubscriptionStore filters, WebhookSender sender, IMessageWriter writer, GrainTelemetry telemetry, TimeProvider clock, ILogger<SubscriptionGrain> logger) : Grain, ISubscriptionGrain, IDisposable
{
    private const int WaitingAtMost = 200;
    private const int EndedKept = 200;
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FormerSecretFor = TimeSpan.FromHours(24);

    private readonly SemaphoreSlim _saving = new(1);
    private IGrainTimer _timer = null!;
    private string _id = "";
    private int _waiting;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _id = this.GetPrimaryKeyString();
        CountWaiting();
        _timer = this.RegisterGrainTimer(Work, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
        return Task.CompletedTask;
    }

    /// <summary>What is on its way may end: else it is sent again after every orderly stop.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(_onTheirWay.Values).WaitAsync(EndWithin, clock, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
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
        state.State = new() { Settings = settings, Secret = secret, CreatedAt = clock.GetUtcNow() };
        AddPing();
        await Save();
        await filters.Put(_id, settings.Filter);
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

        await filters.Delete(_id);
        state.State = new();
        await Save();
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

        state.State.Deliveries[place] = state.State.Deliveries[place] with { State = DeliveryState.Waiting, Due = clock.GetUtcNow() };
        await Save();
        WorkNow();
        return DeliveryRetry.Begun;
    }

    public async Task Offer(IncidentDocument incident, IncidentChangeDocument change)
    {
        if (state.State.Settings is not { } settings || state.State.Status != SubscriptionStatus.Active) return;

        var id = $"msg_{incident.Id}_{change.Sequence}";
        if (Place(id) >= 0 || IsGathered(incident.Id, change.Sequence)) return;

        if (!Gather(incident, change))
            Add(new(id, $"incident.{Word(change.Kind)}", incident.Id, change.At, writer.Change(settings, incident, change), DeliveryState.Waiting, clock.GetUtcNow(), [], Tracing.CurrentText));
        await Save();
        WorkNow();
    }

    public Task Wake()
    {
        WorkNow();
        return Task.CompletedTask;
    }

    public void Dispose() => _saving.Dispose();

    private static string Word(ChangeKind kind) => kind.ToString().ToLowerInvariant();

    private DeliveryDocument AddPing()
    {
        var now = clock.GetUtcNow();
        var ping = new DeliveryDocument($"msg_ping_{Guid.NewGuid():N}", DeliveryDocument.PingType, null, now, writer.Ping(state.State.Settings!, _id, now), DeliveryState.Waiting, now, [], Tracing.CurrentText);

        // Another ping is another question: the one before need not be answered any more.
        state.State.Deliveries.RemoveAll(delivery => delivery is { Type: DeliveryDocument.PingType, State: DeliveryState.Waiting });
        Add(ping);
        return ping;
    }

    private void Add(DeliveryDocument delivery)
    {
        state.State.Deliveries.Add(delivery);
        var waiting = state.State.Deliveries.Count(known => known.State == DeliveryState.Waiting);
        if (waiting > WaitingAtMost) GiveUp(state.State.Deliveries.FindIndex(known => known.State == DeliveryState.Waiting));

        var ended = state.State.Deliveries.Count - Math.Min(waiting, WaitingAtMost);
        if (ended > EndedKept) state.State.Deliveries.RemoveAt(state.State.Deliveries.FindIndex(known => known.State != DeliveryState.Waiting));
    }

    private void GiveUp(int place)
    {
        state.State.Deliveries[place] = state.State.Deliveries[place] with { State = DeliveryState.Dead, Due = null };
        telemetry.GivenUp();
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
