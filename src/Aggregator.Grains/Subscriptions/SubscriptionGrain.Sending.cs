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

    /// <summary>Tells what was held for a group, begins every attempt that is due, and sleeps until the next.</summary>
    private async Task Work(CancellationToken cancellationToken)
    {
        try
        {
            await KeepListed();
            if (state.State.Settings is not null && TellHeld()) await Save();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailed(error, _id);
        }

        if (state.State.Settings is null) return;
        var now = clock.GetUtcNow();
        foreach (var delivery in _schedule.Ready(now, IsActive, _onTheirWay.Keys).Take(AttemptsAtOnce - _onTheirWay.Count).ToList())
        {
            var attempt = Attempt(delivery);
            if (!attempt.IsCompleted) _onTheirWay.Add(delivery.Id, attempt);
        }

        Sleep();
    }

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
        delivery = delivery.Attempted(new(at, result.Status, result.Error, result.Took));
        state.State.Deliveries[place] = delivery;
        if (result.IsSuccess) Accepted(delivery, url);
        else Failed(delivery, result);
    }

    private void Accepted(DeliveryDocument delivery, string url)
    {
        var now = clock.GetUtcNow();
        state.State.FailingSince = null;
        telemetry.Delivered(now - delivery.At);
        if (delivery.Type == DeliveryDocument.PingType && url == state.State.Settings!.Url) (state.State.Status, state.State.Reason) = (SubscriptionStatus.Active, null);

        var told = delivery.Carries.IsDefault ? [] : delivery.Carries;
        var overtaken = _schedule.Accepted(delivery.Id, now);
        TellAgain(overtaken, change => !told.Any(later => later.Incident == change.Incident && later.Sequence >= change.Sequence));
        telemetry.Overtaken(overtaken.Count);
    }

    private void Failed(DeliveryDocument delivery, SendResult result)
    {
        var now = clock.GetUtcNow();
        state.State.FailingSince ??= now;
        var isGone = result.Outcome == AttemptOutcome.Gone;
        if (isGone) Disable("gone: it answered 410");
        else if (now - state.State.FailingSince >= FailingAtMost) Disable("failing: nothing but failures for five days");

        if (_schedule.Failed(delivery.Id, now, Random.Shared.NextDouble(), result.RetryAfter, isFinal: isGone)) telemetry.GivenUp();
    }

    private void Disable(string reason)
    {
        (state.State.Status, state.State.Reason) = (SubscriptionStatus.Disabled, reason);
        LogDisabled(_id, reason);
    }

    private void Sleep()
    {
        var now = clock.GetUtcNow();
        var next = new[] { _schedule.NextAt(IsActive, _onTheirWay.Keys), state.State.Storm.Due }.Min();
        if (next is not { } due || _onTheirWay.Count >= AttemptsAtOnce) return;

        var wait = due - now;
        _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LookAgainWithin ? wait : LookAgainWithin, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(LogLevel.Warning, "Subscription {Subscription} is disabled, {Reason}")]
    private partial void LogDisabled(string subscription, string reason);

    [LoggerMessage(LogLevel.Warning, "Subscription {Subscription} could not save how a delivery ended; it is tried again")]
    private partial void LogFailed(Exception error, string subscription);
}
