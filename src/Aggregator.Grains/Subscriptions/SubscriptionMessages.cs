using System.Collections.Immutable;
using System.Globalization;
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

public enum DeliveryRetry
{
    /// <summary>It is tried now.</summary>
    Begun,

    /// <summary>There is no such delivery, or no such subscription.</summary>
    NotFound,

    /// <summary>It was answered with 2xx, and what it said is no longer kept.</summary>
    AlreadyDelivered,

    /// <summary>A later message of the incident made it untrue, or was accepted before it.</summary>
    Overtaken,
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
/// <param name="Id">The <c>webhook-id</c>: the same on every attempt, and if it is offered twice.</param>
/// <param name="Incident">None for a ping and for a message about several.</param>
/// <param name="Body">What is sent; empty once it was delivered.</param>
/// <param name="Due">When it is tried next; none if it is not waiting.</param>
/// <param name="Trace">The spans in which it was offered, if that was traced.</param>
/// <param name="Carries">The changes it tells; none for a ping, and none if an earlier version saved it.</param>
/// <param name="Uncounted">Attempts that do not bring it nearer to being given up.</param>
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
    [property: Id(8)] string? Trace = null,
    [property: Id(9)] ImmutableArray<GatheredChange> Carries = default,
    [property: Id(10)] int Uncounted = 0) : IDelivery<DeliveryDocument>
{
    public const string PingType = "ping";
    public const string GroupType = "incidents.grouped";
    private const int AttemptsKept = 50;

    ImmutableArray<NotifiedChange> IDelivery<DeliveryDocument>.Changes =>
        !Carries.IsDefault ? [.. Carries.Select(change => change.Notified)] : Incident is null ? [] : [SavedByAnEarlierVersion(Incident)];

    int IDelivery<DeliveryDocument>.Failed => Attempts.Length;

    /// <summary>The type of a message about one change: <c>incident.opened</c>.</summary>
    public static string TypeOf(ChangeKind kind) => $"incident.{kind.ToString().ToLowerInvariant()}";

    public static string IdOf(string incident, int sequence) => $"msg_{incident}_{sequence}";

    /// <summary>Notes an attempt. So many can only be uncounted ones, of which the oldest is forgotten.</summary>
    public DeliveryDocument Attempted(DeliveryAttempt attempt) => Attempts.Length < AttemptsKept
        ? this with { Attempts = Attempts.Add(attempt) }
        : this with { Attempts = Attempts.RemoveAt(0).Add(attempt), Uncounted = Uncounted - 1 };

    DeliveryDocument IDelivery<DeliveryDocument>.With(DeliveryState state, DateTimeOffset? due, int uncounted) => state == DeliveryState.Delivered
        ? this with { State = state, Due = due, Uncounted = uncounted, Body = "", Trace = null, Carries = Carries.IsDefault ? Carries : [.. Carries.Select(change => change.OnceTold)] }
        : this with { State = state, Due = due, Uncounted = uncounted };

    private NotifiedChange SavedByAnEarlierVersion(string incident) => new(
        incident, int.Parse(Id.AsSpan(Id.LastIndexOf('_') + 1), CultureInfo.InvariantCulture), Enum.GetValues<ChangeKind>().First(kind => TypeOf(kind) == Type), []);
}

/// <param name="Status">The HTTP status answered; none where there was no answer.</param>
/// <param name="Error">What went wrong.</param>
[GenerateSerializer, Immutable, Alias("delivery-attempt")]
public sealed record DeliveryAttempt(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] int? Status, [property: Id(2)] string? Error, [property: Id(3)] TimeSpan Took);

/// <summary>A change that a message tells, or that waits to be told together with others.</summary>
/// <param name="Trace">The span in which it was offered, if that was traced.</param>
/// <param name="Severity">That of the incident when it was opened.</param>
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
    [property: Id(9)] string? Trace = null,
    [property: Id(10)] Severity Severity = Severity.Warning)
{
    private static readonly VerdictDocument NotKept = VerdictDocument.From(default);

    /// <summary>As much as is needed to know it again.</summary>
    public GatheredChange OnceTold => this with { Regions = [], Verdict = NotKept, Trace = null };

    public NotifiedChange Notified => new(Incident, Sequence, Kind, Regions);

    public static GatheredChange From(IncidentDocument incident, IncidentChangeDocument change) => new(
        incident.Id, incident.Service, change.Kind, change.Sequence, change.At, change.About, change.Verdict, incident.Waves, incident.OpenedAt,
        Tracing.CurrentText, Severities.Of(incident.Opening.ToDomain()));
}
