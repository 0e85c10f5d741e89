using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

internal sealed partial class SubscriptionGrain
{
    private const int AttemptsAtOnce = 8;
    private static readonly TimeSpan FailingAtMost = TimeSpan.FromDays(5);
    private static readonly TimeSpan NotSavedRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgainWithin = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Task> _onTheirWay = [];

    private void WorkNow() => _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    /// <summary>Tells what a storm has gathered, begins every attempt that is due, and sleeps until the next.</summary>
    private async Task Work(CancellationToken cancellationToken)
    {
        if (state.State.Settings is null) return;
        try
        {
            if (TellGathered()) await Save();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailed(error, _id);
        }

        var now = clock.GetUtcNow();
        foreach (var delivery in state.State.Deliveries.Where(delivery => IsDue(delivery, now)).Take(AttemptsAtOnce - _onTheirWay.Count).ToList())
        {
            var attempt = Attempt(delivery);
            if (!attempt.IsCompleted) _onTheirWay.Add(delivery.Id, attempt);
        }

        Sleep();
    }

    // Whoever is disabled, or has not answered its ping, is asked nothing but that.
    private bool IsDue(DeliveryDocument delivery, DateTimeOffset now) =>
        delivery.State == DeliveryState.Waiting && delivery.Due <= now && !_onTheirWay.ContainsKey(delivery.Id)
        && (state.State.Status == SubscriptionStatus.Active || delivery.Type == DeliveryDocument.PingType);

    private async Task Attempt(DeliveryDocument delivery)
    {
        try
        {
            var (at, url) = (clock.GetUtcNow(), state.State.Settings!.Url);
            List<string> secrets = [state.State.Secret];
            if (state.State.FormerSecret is { } former && at < state.State.FormerUntil) secrets.Add(former);

            using var span = Tracing.Begin(Tracing.Deliver, delivery.Trace, ActivityKind.Client);
            var result = await sender.Send(url, delivery.Id, delivery.Body, secrets);
            telemetry.Attempted(result.Outcome, result.Took);
            NoteOn(span, delivery, result);
            if (state.State.Settings is null || Place(delivery.Id) is not (>= 0 and var place)) return;

            Note(place, url, at, result);
            await Save();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // It was sent, and that could not be saved: it is sent again, under the same id, but not at once.
            LogFailed(error, _id);
            if (Place(delivery.Id) is >= 0 and var failed && state.State.Deliveries[failed].Due is { } due && due <= clock.GetUtcNow())
                state.State.Deliveries[failed] = state.State.Deliveries[failed] with { Due = clock.GetUtcNow() + NotSavedRest };
        }
        finally
        {
            _onTheirWay.Remove(delivery.Id);
            WorkNow();
        }
    }

    private static void NoteOn(Activity? span, DeliveryDocument delivery, SendResult result)
    {
        span?.SetTag("aggregator.delivery", delivery.Id).SetTag("aggregator.attempt", delivery.Attempts.Length + 1)
            .SetTag("aggregator.outcome", result.Outcome.ToString()).SetTag("http.response.status_code", result.Status);
        if (!result.IsSuccess) span.Fail(result.Error ?? "");
    }

    private void Note(int place, string url, DateTimeOffset at, SendResult result)
    {
        var delivery = state.State.Deliveries[place];
        delivery = delivery with { Attempts = delivery.Attempts.Add(new(at, result.Status, result.Error, result.Took)) };
        state.State.Deliveries[place] = delivery;
        if (result.IsSuccess)
        {
            state.State.Deliveries[place] = delivery with { State = DeliveryState.Delivered, Due = null, Body = "", Trace = null };
            state.State.FailingSince = null;
            telemetry.Delivered(clock.GetUtcNow() - delivery.At);
            if (delivery.Type == DeliveryDocument.PingType && url == state.State.Settings!.Url) (state.State.Status, state.State.Reason) = (SubscriptionStatus.Active, null);
            return;
        }

        var now = clock.GetUtcNow();
        state.State.FailingSince ??= now;
        if (result.Outcome == AttemptOutcome.Gone) Disable("gone: it answered 410");
        else if (now - state.State.FailingSince >= FailingAtMost) Disable("failing: nothing but failures for five days");

        var wait = result.Outcome == AttemptOutcome.Gone ? null : RetrySchedule.After(delivery.Attempts.Length, Random.Shared.NextDouble(), result.RetryAfter);
        if (wait is { } some) state.State.Deliveries[place] = delivery with { Due = now + some };
        else GiveUp(place);
    }

    private void Disable(string reason)
    {
        (state.State.Status, state.State.Reason) = (SubscriptionStatus.Disabled, reason);
        LogDisabled(_id, reason);
    }

    private void Sleep()
    {
        var now = clock.GetUtcNow();
        var next = state.State.Deliveries.Where(delivery => delivery.Due is not null && !_onTheirWay.ContainsKey(delivery.Id)
                && (state.State.Status == SubscriptionStatus.Active || delivery.Type == DeliveryDocument.PingType))
            .Select(delivery => delivery.Due).Append(state.State.Storm.Due).Min();
        if (next is not { } due || _onTheirWay.Count >= AttemptsAtOnce) return;

        var wait = due - now;
        _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LookAgainWithin ? wait : LookAgainWithin, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(LogLevel.Warning, "Subscription {Subscription} is disabled, {Reason}")]
    private partial void LogDisabled(string subscription, string reason);

    [LoggerMessage(LogLevel.Warning, "Subscription {Subscription} could not save how a delivery ended; it is tried again")]
    private partial void LogFailed(Exception error, string subscription);
}
