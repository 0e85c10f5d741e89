using System.Collections.Immutable;

namespace Aggregator.Grains;

/// <summary>Writes messages in the format a subscription wants, under 20 kB each.</summary>
public interface IMessageWriter
{
    /// <summary>One change of one incident.</summary>
    string Change(SubscriptionSettings settings, IncidentDocument incident, IncidentChangeDocument change);

    /// <summary>Many changes of many incidents.</summary>
    /// <param name="storm">Since when there is a storm.</param>
    /// <param name="open">How many incidents that were opened in it go on.</param>
    string Grouped(SubscriptionSettings settings, DateTimeOffset storm, DateTimeOffset now, ImmutableArray<GatheredChange> changes, int open);

    string Ping(SubscriptionSettings settings, string subscription, DateTimeOffset now);
}
