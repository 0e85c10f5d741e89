using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Aggregator.Grains;

/// <summary>Owns one subscription and its deliveries. Key: the subscription's id.</summary>
[Alias("subscription")]
public interface ISubscriptionGrain : IGrainWithStringKey
{
    /// <summary>Begins; a ping is on its way when this returns.</summary>
    [Alias("create")]
    Task<SubscriptionStanding> Create(SubscriptionSettings settings, string secret);

    /// <summary>None where there is no such subscription.</summary>
    [Alias("read")]
    Task<SubscriptionStanding?> Read();

    /// <summary>Takes other settings; another address has to answer a ping before it is told anything.</summary>
    [Alias("change")]
    Task<SubscriptionStanding?> Change(SubscriptionSettings settings);

    /// <summary>Ends it; what was not delivered is dropped.</summary>
    [Alias("delete")]
    Task<bool> Delete();

    /// <summary>Sends a ping; a subscription whose ping is answered is active.</summary>
    [Alias("ping")]
    Task<DeliveryDocument?> Ping();

    /// <summary>Signs with another secret from now on, and with the one before as well for a day; in that day there is no third.</summary>
    [Alias("rotate")]
    Task<SecretRotation> Rotate(string secret);

    /// <summary>The deliveries that wait, and the last that do not, newest first.</summary>
    [Alias("deliveries")]
    Task<ImmutableArray<DeliveryDocument>> Deliveries();

    /// <summary>Tries a delivery once more, now.</summary>
    [Alias("retry")]
    Task<DeliveryRetry> Retry(string delivery);

    /// <summary>A change that it may want to hear of; offering twice is harmless.</summary>
    [Alias("offer")]
    Task Offer(IncidentDocument incident, IncidentChangeDocument change);

    /// <summary>Makes sure that what waits is sent.</summary>
    [Alias("wake"), AlwaysInterleave]
    Task Wake();
}
