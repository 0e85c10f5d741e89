using System.Collections.Immutable;
using Aggregator.Domain;

namespace Aggregator.Grains;

// Wire and storage types: ids and names are forever. Add at the end; never renumber, never reuse.

/// <summary>The shape of what is sent.</summary>
public enum MessageFormat
{
    /// <summary>Standard Webhooks 1.0.0.</summary>
    Standard,

    /// <summary>A Slack incoming webhook.</summary>
    Slack,

    /// <summary>PagerDuty Events API v2.</summary>
    Pagerduty,

    /// <summary>What a Prometheus Alertmanager sends to its webhook receivers, version 4.</summary>
    Alertmanager,
}

public enum SubscriptionStatus
{
    /// <summary>Its ping has not been answered yet: it is told nothing.</summary>
    Pending,

    /// <summary>It is told.</summary>
    Active,

    /// <summary>It answered 410, or nothing but failures for five days: it is told nothing until a ping is answered.</summary>
    Disabled,
}

public enum DeliveryState
{
    /// <summary>It is, or will be, tried.</summary>
    Waiting,

    /// <summary>Answered with 2xx.</summary>
    Delivered,

    /// <summary>Given up; a retry by hand tries once more.</summary>
    Dead,
}

public enum DeliveryRetry
{
    /// <summary>It is tried now.</summary>
    Begun,

    /// <summary>There is no such delivery, or no such subscription.</summary>
    NotFound,

    /// <summary>It was answered with 2xx, and what it said is no longer kept.</summary>
    AlreadyDelivered,
}

public enum SecretRotation
{
    /// <summary>Both sign for a day.</summary>
    Rotated,

    /// <summary>The secret before still signs: a receiver may hold it alone.</summary>
    TooSoon,

    /// <summary>There is no such subscription.</summary>
    NotFound,
}

/// <param name="RoutingKey">PagerDuty's integration key; none for other formats.</param>
[GenerateSerializer, Immutable, Alias("subscription-settings")]
public sealed record SubscriptionSettings(
    [property: Id(0)] string Url,
    [property: Id(1)] SubscriptionFilter Filter,
    [property: Id(2)] MessageFormat Format,
    [property: Id(3)] string? RoutingKey = null);

/// <param name="Reason">Why it is disabled.</param>
/// <param name="FailingSince">Since when nothing was answered with 2xx; none where the last was.</param>
/// <param name="Waiting">Deliveries that wait.</param>
[GenerateSerializer, Immutable, Alias("subscription-standing")]
public sealed record SubscriptionStanding(
    [property: Id(0)] string Id,
    [property: Id(1)] SubscriptionSettings Settings,
    [property: Id(2)] SubscriptionStatus Status,
    [property: Id(3)] string? Reason,
    [property: Id(4)] DateTimeOffset CreatedAt,
    [property: Id(5)] DateTimeOffset? FailingSince,
    [property: Id(6)] int Waiting);

/// <summary>One message on its way.</summary>
/// <param name="Id">The <c>webhook-id</c>: the same on every attempt, and whoever offers it twice.</param>
/// <param name="Body">What is sent; empty once it was delivered.</param>
/// <param name="Due">When it is tried next; none where it does not wait.</param>
/// <param name="Trace">The spans in which it was offered, where that was traced.</param>
[GenerateSerializer, Immutable, Alias("delivery")]
public sealed record DeliveryDocument(
    [property: Id(0)] string Id,
    [property: Id(1)] string Type,
    [property: Id(2)] string? Incident,
    [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] string Body,
    [property: Id(5)] DeliveryState State,
    [property: Id(6)] DateTimeOffset? Due,
    [property: Id(7)] ImmutableArray<DeliveryAttempt> Attempts,
    [property: Id(8)] string? Trace = null)
{
    public const string PingType = "ping";
}

/// <param name="Status">The HTTP status answered; none where there was no answer.</param>
/// <param name="Error">What went wrong.</param>
[GenerateSerializer, Immutable, Alias("delivery-attempt")]
public sealed record DeliveryAttempt(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] int? Status, [property: Id(2)] string? Error, [property: Id(3)] TimeSpan Took);

/// <summary>A change held back in a storm, to be told together with others.</summary>
/// <param name="Trace">The span in which it was offered, where that was traced.</param>
[GenerateSerializer, Immutable, Alias("gathered-change")]
public sealed record GatheredChange(
    [property: Id(0)] string Incident,
    [property: Id(1)] string Service,
    [property: Id(2)] ChangeKind Kind,
    [property: Id(3)] int Sequence,
    [property: Id(4)] DateTimeOffset At,
    [property: Id(5)] ImmutableArray<string> Regions,
    [property: Id(6)] VerdictDocument Verdict,
    [property: Id(7)] int Waves,
    [property: Id(8)] DateTimeOffset OpenedAt,
    [property: Id(9)] string? Trace = null);
