using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aggregator.Grains;

/// <summary>Which subscriptions there are and what each wants to hear of; the rest is the state of its grain.</summary>
public sealed class SubscriptionStore(StoreConnection connection)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly StoreKeys _names = new(connection.Prefix);

    /// <summary>By id.</summary>
    public async Task<IReadOnlyDictionary<string, SubscriptionFilter>> Filters() =>
        (await connection.Shared.HashGetAllAsync(_names.Subscriptions))
            .ToDictionary(entry => (string)entry.Name!, entry => JsonSerializer.Deserialize<SubscriptionFilter>((string)entry.Value!, Json)!);

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
}
