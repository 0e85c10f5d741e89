using Aggregator.Domain;

namespace Aggregator.Grains;

/// <summary>What a subscription keeps.</summary>
[GenerateSerializer, Alias("subscription-state")]
public sealed class SubscriptionState : IDeliveryScheduleState<DeliveryDocument>
{
    /// <summary>None where there is no such subscription.</summary>
    [Id(0)]
    public SubscriptionSettings? Settings { get; set; }

    /// <summary>Signs: <c>whsec_</c> and the base64 of the key.</summary>
    [Id(1)]
    public string Secret { get; set; } = "";

    /// <summary>Signs too, until <see cref="FormerUntil"/>.</summary>
    [Id(2)]
    public string? FormerSecret { get; set; }

    [Id(3)]
    public DateTimeOffset FormerUntil { get; set; }

    [Id(4)]
    public SubscriptionStatus Status { get; set; }

    [Id(5)]
    public string? Reason { get; set; }

    [Id(6)]
    public DateTimeOffset CreatedAt { get; set; }

    [Id(7)]
    public DateTimeOffset? FailingSince { get; set; }

    /// <summary>What waits, and the last that does not, oldest first.</summary>
    [Id(8)]
    public List<DeliveryDocument> Deliveries { get; set; } = [];

    [Id(9)]
    public StormState Storm { get; set; } = new();

    /// <summary>Incidents of which the receiver has accepted that they go on, and not that they are over.</summary>
    [Id(10)]
    public HashSet<string> Told { get; set; } = [];

    /// <summary>The receiver asked to be left alone until then; none if it did not.</summary>
    [Id(11)]
    public DateTimeOffset? PausedUntil { get; set; }

    // A pager and an Alertmanager know no words without a state.
    bool IDeliveryScheduleState<DeliveryDocument>.NotesAssertState => Settings?.Format is MessageFormat.Pagerduty or MessageFormat.Alertmanager;
}

/// <summary>Whether so much happens that it is told together.</summary>
[GenerateSerializer, Alias("storm-state")]
public sealed class StormState
{
    /// <summary>When incidents were opened, as told one by one; the last few minutes.</summary>
    [Id(0)]
    public List<DateTimeOffset> Opened { get; set; } = [];

    /// <summary>When what was gathered is told; none where there is no storm.</summary>
    [Id(1)]
    public DateTimeOffset? Due { get; set; }

    /// <summary>Since when there is one, or since when there was the last.</summary>
    [Id(2)]
    public DateTimeOffset Since { get; set; }

    [Id(3)]
    public List<GatheredChange> Gathered { get; set; } = [];

    /// <summary>Incidents that were opened in it and are not resolved.</summary>
    [Id(4)]
    public HashSet<string> Open { get; set; } = [];

    /// <summary>Incidents whose opening was told on its own: so is their end.</summary>
    [Id(5)]
    public HashSet<string> ToldSingly { get; set; } = [];

    /// <summary>An incident that nobody is to be told the end of is over.</summary>
    public bool Forget(string incident) => Open.Remove(incident) | ToldSingly.Remove(incident);
}
