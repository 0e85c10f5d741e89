using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>A subscription as the operator writes it; what is absent is everything, and where one is changed it stays as it was (RFC 7396: null takes it away).</summary>
/// <param name="Url">Where messages are posted: an https address.</param>
/// <param name="Services">Services; none or empty: all.</param>
/// <param name="Regions">Regions; <c>ALL</c> is what shows only in the sum of all. None or empty: all.</param>
/// <param name="Events">Kinds of change: opened, spread, receded, resolved, reopened, noted. None or empty: all.</param>
/// <param name="Format">standard, slack, pagerduty or alertmanager; absent: standard.</param>
/// <param name="MinLevel">The least level of what a change tells; absent: all.</param>
/// <param name="RoutingKey">PagerDuty's integration key; for that format alone.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record WriteSubscription(
    string? Url = null, IReadOnlyList<string?>? Services = null, IReadOnlyList<string?>? Regions = null, IReadOnlyList<string?>? Events = null,
    string? Format = null, string? MinLevel = null, string? RoutingKey = null);

/// <summary>A filter to try.</summary>
/// <param name="Days">How far to look back, 1 to 45; absent: 7.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PreviewSubscription(
    IReadOnlyList<string?>? Services = null, IReadOnlyList<string?>? Regions = null, IReadOnlyList<string?>? Events = null, string? MinLevel = null, int? Days = null);

/// <summary>A subscription.</summary>
/// <param name="Url">Where messages are posted; its path or query may be a secret of the receiver.</param>
/// <param name="Status">Pending until its ping is answered.</param>
/// <param name="Reason">Why it is disabled.</param>
/// <param name="FailingSince">Since when nothing was answered with 2xx.</param>
/// <param name="Waiting">Deliveries that wait.</param>
/// <param name="Secret">Verifies the signature; shown when it is made, and never again.</param>
public sealed record SubscriptionAnswer(
    string Id, string Url, IReadOnlyList<string> Services, IReadOnlyList<string> Regions, IReadOnlyList<ChangeKind> Events, string Format, Level? MinLevel,
    string Status, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? FailingSince, int Waiting, string? Secret);

public sealed record SubscriptionsAnswer(IReadOnlyList<SubscriptionAnswer> Subscriptions);

/// <param name="Id">The <c>webhook-id</c>.</param>
/// <param name="State">waiting, delivered, dead (given up), or overtaken (not sent, because a later change of the incident made it untrue).</param>
public sealed record DeliveryAnswer(
    string Id, string Type, string? Incident, DateTimeOffset At, string State, DateTimeOffset? NextAttemptAt, IReadOnlyList<AttemptAnswer> Attempts);

/// <param name="Status">The HTTP status answered; none where there was no answer.</param>
public sealed record AttemptAnswer(DateTimeOffset At, int? Status, string? Error, double Milliseconds);

public sealed record DeliveriesAnswer(IReadOnlyList<DeliveryAnswer> Deliveries);

public sealed record SecretAnswer(string Secret);

/// <summary>What would have been told.</summary>
/// <param name="Count">How many messages, were none told together.</param>
/// <param name="Messages">The newest of them.</param>
public sealed record PreviewAnswer(DateTimeOffset From, int Count, IReadOnlyList<PreviewMessage> Messages);

public sealed record PreviewMessage(string Type, DateTimeOffset At, string Incident, string Service, IReadOnlyList<string> Regions, string Sentence);

internal static class SubscriptionsApi
{
    private const int SubscriptionsAtMost = 1000;
    private const int BodyAtMost = 64 * 1024;

    extension(IEndpointRouteBuilder routes)
    {
        public void MapSubscriptions()
        {
            var all = routes.MapGroup("/v1/subscriptions").WithTags("Subscriptions").WithMetadata(new RequestSizeLimit(BodyAtMost));
            all.MapPost("/", Create).RequireScope(OperatorScopes.Operate).Produces<SubscriptionAnswer>(201).ProducesProblem(400);
            all.MapGet("/", List).RequireScope(OperatorScopes.ReadPrivate).Produces<SubscriptionsAnswer>();
            all.MapPost("/preview", Preview).RequireScope(OperatorScopes.ReadPrivate).Produces<PreviewAnswer>().ProducesProblem(400);
            all.MapGet("/{id}", One).RequireScope(OperatorScopes.ReadPrivate).Produces<SubscriptionAnswer>().ProducesProblem(404);
            all.MapPatch("/{id}", Patch).RequireScope(OperatorScopes.Operate).Accepts<WriteSubscription>("application/json").Produces<SubscriptionAnswer>().ProducesProblem(400).ProducesProblem(404);
            all.MapDelete("/{id}", Delete).RequireScope(OperatorScopes.Operate).Produces(204).ProducesProblem(404);
            all.MapPost("/{id}/ping", Ping).RequireScope(OperatorScopes.Operate).Produces<DeliveryAnswer>(202).ProducesProblem(404);
            all.MapPost("/{id}/secret", Rotate).RequireScope(OperatorScopes.Operate).Produces<SecretAnswer>().ProducesProblem(404).ProducesProblem(409);
            all.MapGet("/{id}/deliveries", Deliveries).RequireScope(OperatorScopes.ReadPrivate).Produces<DeliveriesAnswer>().ProducesProblem(404);
            all.MapPost("/{id}/deliveries/{delivery}/retry", Retry).RequireScope(OperatorScopes.Operate).Produces(202).ProducesProblem(404).ProducesProblem(409);
        }
    }

    /// <summary>Begins a subscription: pending until the ping that is sent at once is answered with 2xx.</summary>
    internal static async Task<Results<Created<SubscriptionAnswer>, ProblemHttpResult>> Create(
        WriteSubscription body, IGrainFactory grains, SubscriptionStore store, IOptions<WebhookOptions> webhooks, Catalog catalog)
    {
        var reading = new SubscriptionReading(webhooks.Value, catalog);
        var settings = reading.Settings(body);
        if (reading.Faults.Count > 0) return Problems.Invalid(reading.Faults);
        if ((await store.Filters()).Count >= SubscriptionsAtMost) return Problems.Invalid("url", $"There are {SubscriptionsAtMost} subscriptions already; delete one first.");

        var (id, secret) = ($"sub-{Guid.NewGuid():N}", WebhookSender.NewSecret());
        var standing = await grains.GetGrain<ISubscriptionGrain>(id).Create(settings, secret);
        return TypedResults.Created($"/v1/subscriptions/{id}", Answer(standing) with { Secret = secret });
    }

    /// <summary>All subscriptions.</summary>
    internal static async Task<Results<Ok<SubscriptionsAnswer>, ProblemHttpResult>> List(IGrainFactory grains, SubscriptionStore store)
    {
        var standings = new List<SubscriptionStanding>();
        foreach (var chunk in (await store.Filters()).Keys.Order(StringComparer.Ordinal).Chunk(32))
            standings.AddRange((await Task.WhenAll(chunk.Select(id => grains.GetGrain<ISubscriptionGrain>(id).Read()))).OfType<SubscriptionStanding>());
        return TypedResults.Ok(new SubscriptionsAnswer([.. standings.OrderBy(standing => standing.CreatedAt).Select(Answer)]));
    }

    /// <summary>What a filter would have told over the last days.</summary>
    internal static async Task<Results<Ok<PreviewAnswer>, ProblemHttpResult>> Preview(
        PreviewSubscription body, IncidentStore archive, MessageWriter writer, TimeProvider clock, IOptions<WebhookOptions> webhooks, Catalog catalog)
    {
        var reading = new SubscriptionReading(webhooks.Value, catalog);
        var filter = reading.Filter(body.Services, body.Regions, body.Events, body.MinLevel);
        if (body.Days is < 1 or > 45) reading.Faults["days"] = "'days' is a number from 1 to 45.";
        if (reading.Faults.Count > 0) return Problems.Invalid(reading.Faults);

        var from = clock.GetUtcNow().AddDays(-(body.Days ?? 7));
        return TypedResults.Ok(await new SubscriptionPreview(archive, writer).Over(from, filter));
    }

    /// <summary>One subscription.</summary>
    internal static async Task<Results<Ok<SubscriptionAnswer>, ProblemHttpResult>> One(string id, IGrainFactory grains, SubscriptionStore store) =>
        await Find(id, grains, store) is { } grain && await grain.Read() is { } standing ? TypedResults.Ok(Answer(standing)) : Problems.UnknownSubscription(id);

    /// <summary>Changes what the body names; null takes away (RFC 7396). Another address has to answer a ping first.</summary>
    private static async Task<Results<Ok<SubscriptionAnswer>, ProblemHttpResult>> Patch(
        string id, JsonElement body, IGrainFactory grains, SubscriptionStore store, IOptions<WebhookOptions> webhooks, Catalog catalog, IOptions<JsonOptions> json)
    {
        try
        {
            // Read as a subscription first: an object of JSON nodes answers names that are there twice, and halves of surrogate pairs, with exceptions of its own.
            if (body.Deserialize<WriteSubscription>(json.Value.SerializerOptions) is null) return Problems.BadBody("The body is null; send a JSON object.");
        }
        catch (JsonException error)
        {
            return Problems.BadJson(error);
        }

        return await Change(id, JsonObject.Create(body, new() { PropertyNameCaseInsensitive = true })!, grains, store, webhooks, catalog, json);
    }

    /// <summary>The same for what the operator's page sends.</summary>
    internal static async Task<Results<Ok<SubscriptionAnswer>, ProblemHttpResult>> Change(
        string id, JsonObject body, IGrainFactory grains, SubscriptionStore store, IOptions<WebhookOptions> webhooks, Catalog catalog, IOptions<JsonOptions> json)
    {
        if (await Find(id, grains, store) is not { } grain || await grain.Read() is not { } before) return Problems.UnknownSubscription(id);

        var reading = new SubscriptionReading(webhooks.Value, catalog);
        SubscriptionSettings settings;
        try
        {
            settings = reading.Settings(Merge(before.Settings, body, json.Value.SerializerOptions), before.Settings.Filter);
        }
        catch (JsonException error)
        {
            return Problems.BadJson(error);
        }

        if (reading.Faults.Count > 0) return Problems.Invalid(reading.Faults);
        return await grain.Change(settings) is { } changed ? TypedResults.Ok(Answer(changed)) : Problems.UnknownSubscription(id);
    }

    /// <summary>Ends a subscription.</summary>
    internal static async Task<Results<NoContent, ProblemHttpResult>> Delete(string id, IGrainFactory grains, SubscriptionStore store) =>
        await Find(id, grains, store) is { } grain && await grain.Delete() ? TypedResults.NoContent() : Problems.UnknownSubscription(id);

    /// <summary>Sends a test; a subscription whose ping is answered with 2xx is active.</summary>
    internal static async Task<Results<Accepted<DeliveryAnswer>, ProblemHttpResult>> Ping(string id, IGrainFactory grains, SubscriptionStore store) =>
        await Find(id, grains, store) is { } grain && await grain.Ping() is { } ping
            ? TypedResults.Accepted($"/v1/subscriptions/{id}/deliveries", Answer(ping)) : Problems.UnknownSubscription(id);

    /// <summary>Makes another secret; for a day messages are signed with both.</summary>
    internal static async Task<Results<Ok<SecretAnswer>, ProblemHttpResult>> Rotate(string id, IGrainFactory grains, SubscriptionStore store)
    {
        var secret = WebhookSender.NewSecret();
        if (await Find(id, grains, store) is not { } grain) return Problems.UnknownSubscription(id);
        return await grain.Rotate(secret) switch
        {
            SecretRotation.Rotated => TypedResults.Ok(new SecretAnswer(secret)),
            SecretRotation.TooSoon => Problems.RotatedLately(id),
            _ => Problems.UnknownSubscription(id),
        };
    }

    /// <summary>The deliveries that wait, and the last 200 that do not, newest first.</summary>
    internal static async Task<Results<Ok<DeliveriesAnswer>, ProblemHttpResult>> Deliveries(string id, IGrainFactory grains, SubscriptionStore store) =>
        await Find(id, grains, store) is { } grain
            ? TypedResults.Ok(new DeliveriesAnswer([.. (await grain.Deliveries()).Select(Answer)])) : Problems.UnknownSubscription(id);

    /// <summary>Tries a delivery once more, now.</summary>
    internal static async Task<Results<Accepted, ProblemHttpResult>> Retry(string id, string delivery, IGrainFactory grains, SubscriptionStore store)
    {
        if (await Find(id, grains, store) is not { } grain) return Problems.UnknownSubscription(id);
        return await grain.Retry(delivery) switch
        {
            DeliveryRetry.Begun => TypedResults.Accepted($"/v1/subscriptions/{id}/deliveries"),
            DeliveryRetry.AlreadyDelivered => Problems.AlreadyDelivered(delivery),
            DeliveryRetry.Overtaken => Problems.Overtaken(delivery),
            _ => Problems.UnknownDelivery(delivery),
        };
    }

    // Whoever asks for what does not exist must not make a grain for it.
    private static async Task<ISubscriptionGrain?> Find(string id, IGrainFactory grains, SubscriptionStore store) =>
        await store.Exists(id) ? grains.GetGrain<ISubscriptionGrain>(id) : null;

    private static SubscriptionAnswer Answer(SubscriptionStanding standing) => new(
        standing.Id, standing.Settings.Url, standing.Settings.Filter.Services, standing.Settings.Filter.Regions, standing.Settings.Filter.Events,
        Word(standing.Settings.Format), standing.Settings.Filter.MinLevel is var level and not Level.Normal ? level : null,
        Word(standing.Status), standing.Reason, standing.CreatedAt, standing.FailingSince, standing.Waiting, Secret: null);

    private static WriteSubscription Merge(SubscriptionSettings before, JsonObject patch, JsonSerializerOptions json)
    {
        var (filter, format) = (before.Filter, patch["format"] is JsonValue value && value.TryGetValue(out string? word) ? word : null);
        var written = new WriteSubscription(
            before.Url, filter.Services, filter.Regions, [.. filter.Events.Select(Word)], Word(before.Format), Word(filter.MinLevel),
            // The key of a format that it no longer has goes with the format.
            format is null || format == Word(before.Format) ? before.RoutingKey : null);
        var merged = JsonSerializer.SerializeToNode(written, json)!.AsObject();
        foreach (var (name, to) in patch) merged[name] = to?.DeepClone();
        return merged.Deserialize<WriteSubscription>(json)!;
    }

    private static DeliveryAnswer Answer(DeliveryDocument delivery) => new(
        delivery.Id, delivery.Type, delivery.Incident, delivery.At, Word(delivery.State), delivery.Due,
        [.. delivery.Attempts.Select(attempt => new AttemptAnswer(attempt.At, attempt.Status, attempt.Error, Math.Round(attempt.Took.TotalMilliseconds, 1)))]);

    private static string Word<T>(T word) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(word.ToString());
}
