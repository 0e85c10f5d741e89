using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

/// <summary>Which subscriptions there are and what each wants to hear of; the rest is the state of its grain.</summary>
public sealed partial class SubscriptionStore(StoreConnection connection, ILogger<SubscriptionStore> logger)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly StoreKeys _names = new(connection.Prefix);
    private readonly SaidOnce _unreadable = new();

    /// <summary>By id. A filter that cannot be read, such as one of a later version, is left out and said in the log: the other subscriptions go on.</summary>
    public async Task<IReadOnlyDictionary<string, SubscriptionFilter>> Filters()
    {
        var filters = new Dictionary<string, SubscriptionFilter>();
        foreach (var entry in await connection.Shared.HashGetAllAsync(_names.Subscriptions))
        {
            var id = (string)entry.Name!;
            if (Read(id, (string)entry.Value!) is { } filter) filters[id] = filter;
        }

        return filters;
    }

    public Task<bool> Exists(string subscription) => connection.Shared.HashExistsAsync(_names.Subscriptions, subscription);

    public async Task Put(string subscription, SubscriptionFilter filter)
    {
        await connection.Shared.HashSetAsync(_names.Subscriptions, subscription, JsonSerializer.Serialize(filter, Json));
        await connection.Settle();
    }

    public async Task Delete(string subscription)
    {
        await connection.Shared.HashDeleteAsync(_names.Subscriptions, subscription);
        await connection.Settle();
    }

    private SubscriptionFilter? Read(string id, string document)
    {
        string reason;
        try
        {
            if (JsonSerializer.Deserialize<SubscriptionFilter>(document, Json) is { Services.IsDefault: false, Regions.IsDefault: false, Events.IsDefault: false } filter) return filter;
            reason = "something in it is missing";
        }
        catch (JsonException error)
        {
            reason = error.Message;
        }

        if (_unreadable.Add(id)) LogUnreadable(id, reason);
        return null;
    }

    [LoggerMessage(LogLevel.Warning, "The filter of subscription {Id} cannot be read, so it is sent nothing; PATCH it to mend it: {Reason}")]
    private partial void LogUnreadable(string id, string reason);
}
