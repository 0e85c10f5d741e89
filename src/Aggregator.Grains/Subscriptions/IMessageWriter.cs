using System.Collections.Immutable;

namespace Aggregator.Grains;

/// <summary>Writes messages in the format a subscription wants, within the limits of that format.</summary>
public interface IMessageWriter
{
    /// <summary>One change of one incident.</summary>
    string Change(SubscriptionSettings settings, IncidentDocument incident, IncidentChangeDocument change);

    /// <summary>Many changes of many incidents, in as many messages as the format needs: each incident is in one of them, and none is left out.</summary>
    /// <param name="storm">Since when so much happens.</param>
    /// <param name="open">How many incidents that were opened since go on.</param>
    IReadOnlyList<GroupMessage> Grouped(SubscriptionSettings settings, DateTimeOffset storm, DateTimeOffset now, ImmutableArray<GatheredChange> changes, int open);

    string Ping(SubscriptionSettings settings, string subscription, DateTimeOffset now);
}

/// <summary>One message of a group.</summary>
/// <param name="Changes">The changes it tells: all of the incidents that are in it.</param>
public sealed record GroupMessage(string Body, ImmutableArray<GatheredChange> Changes);
