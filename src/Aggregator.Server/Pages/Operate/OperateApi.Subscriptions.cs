using System.Text.Json;
using System.Text.Json.Nodes;
using Aggregator.Grains;
using Aggregator.Server.Operate;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

internal static partial class OperateApi
{
    private static void MapSubscriptions(RouteGroupBuilder pages)
    {
        pages.MapGet("/", ListSubscriptions);
        var changing = pages.Changing();
        changing.MapGet("/add", () => SubscriptionForm(null, new(), FormFaults.None));
        changing.MapPost("/add", AddSubscription);
        pages.MapGet("/{id}", OneSubscription);
        changing.MapGet("/{id}/edit", EditSubscriptionForm);
        changing.MapPost("/{id}/edit", EditSubscription);
        changing.MapPost("/{id}/ping", PingSubscription);
        changing.MapPost("/{id}/secret", RotateSecret);
        changing.MapPost("/{id}/retry", RetryDelivery);
        changing.MapGet("/{id}/delete", AskToDeleteSubscription);
        changing.MapPost("/{id}/delete", DeleteSubscription);
    }

    private static async Task<IResult> ListSubscriptions(IGrainFactory grains, SubscriptionStore store, TimeProvider clock, string? done = null) => Page<OperateSubscriptionsPage>(
        (nameof(OperateSubscriptionsPage.Subscriptions), ((Ok<SubscriptionsAnswer>)(await SubscriptionsApi.List(grains, store)).Result).Value!.Subscriptions),
        (nameof(OperateSubscriptionsPage.Now), clock.GetUtcNow()), (nameof(OperateSubscriptionsPage.Done), done));

    private static async Task<IResult> AddSubscription(
        HttpContext http, IGrainFactory grains, SubscriptionStore store, IncidentStore archive, MessageWriter writer, TimeProvider clock, IOptions<WebhookOptions> webhooks, Catalog catalog)
    {
        var fields = SubscriptionFields.Of(http.Request.Form);
        if (fields.OnlyPreview) return await Preview(null, fields, archive, writer, clock, webhooks, catalog);
        return (await SubscriptionsApi.Create(fields.Read(), grains, store, webhooks, catalog)).Result switch
        {
            Created<SubscriptionAnswer> { Value: { } made } => Secret(made.Id, made.Secret!, "operate.secret.made"),
            ProblemHttpResult problem => SubscriptionForm(null, fields, FormFaults.Of(problem)),
            var other => other,
        };
    }

    private static async Task<IResult> OneSubscription(string id, IGrainFactory grains, SubscriptionStore store, TimeProvider clock, string? done = null) =>
        ((await SubscriptionsApi.One(id, grains, store)).Result, (await SubscriptionsApi.Deliveries(id, grains, store)).Result) switch
        {
            (Ok<SubscriptionAnswer> one, Ok<DeliveriesAnswer> deliveries) => Page<OperateSubscriptionPage>(
                (nameof(OperateSubscriptionPage.Subscription), one.Value), (nameof(OperateSubscriptionPage.Deliveries), deliveries.Value!.Deliveries),
                (nameof(OperateSubscriptionPage.Now), clock.GetUtcNow()), (nameof(OperateSubscriptionPage.Done), done)),
            _ => Missing(Problems.UnknownSubscription(id)),
        };

    private static async Task<IResult> EditSubscriptionForm(string id, IGrainFactory grains, SubscriptionStore store) =>
        (await SubscriptionsApi.One(id, grains, store)).Result is Ok<SubscriptionAnswer> { Value: { } known }
            ? SubscriptionForm(id, SubscriptionFields.Of(known), FormFaults.None) : Missing(Problems.UnknownSubscription(id));

    private static async Task<IResult> EditSubscription(
        string id, HttpContext http, IGrainFactory grains, SubscriptionStore store, IncidentStore archive, MessageWriter writer, TimeProvider clock,
        IOptions<WebhookOptions> webhooks, Catalog catalog, IOptions<JsonOptions> json)
    {
        var fields = SubscriptionFields.Of(http.Request.Form);
        if (fields.OnlyPreview) return await Preview(id, fields, archive, writer, clock, webhooks, catalog);
        return (await SubscriptionsApi.Change(id, fields.Patch(json.Value.SerializerOptions), grains, store, webhooks, catalog, json)).Result switch
        {
            ProblemHttpResult { StatusCode: StatusCodes.Status404NotFound } problem => Missing(problem),
            ProblemHttpResult problem => SubscriptionForm(id, fields, FormFaults.Of(problem)),
            _ => Done($"/subscriptions/{id}", "saved"),
        };
    }

    private static async Task<IResult> Preview(string? id, SubscriptionFields fields, IncidentStore archive, MessageWriter writer, TimeProvider clock, IOptions<WebhookOptions> webhooks, Catalog catalog) =>
        (await SubscriptionsApi.Preview(fields.Filter(), archive, writer, clock, webhooks, catalog)).Result switch
        {
            Ok<PreviewAnswer> { Value: { } preview } => SubscriptionForm(id, fields, FormFaults.None, preview, clock.GetUtcNow()),
            ProblemHttpResult problem => SubscriptionForm(id, fields, FormFaults.Of(problem)),
            var other => other,
        };

    private static async Task<IResult> PingSubscription(string id, IGrainFactory grains, SubscriptionStore store) =>
        (await SubscriptionsApi.Ping(id, grains, store)).Result is ProblemHttpResult problem ? Missing(problem) : Done($"/subscriptions/{id}", "pinged");

    private static async Task<IResult> RotateSecret(string id, IGrainFactory grains, SubscriptionStore store) => (await SubscriptionsApi.Rotate(id, grains, store)).Result switch
    {
        Ok<SecretAnswer> { Value: { } made } => Secret(id, made.Secret, "operate.secret.rotated"),
        ProblemHttpResult { StatusCode: StatusCodes.Status409Conflict } => Done($"/subscriptions/{id}", "rotatedLately"),
        ProblemHttpResult problem => Missing(problem),
        var other => other,
    };

    private static async Task<IResult> RetryDelivery(string id, HttpContext http, IGrainFactory grains, SubscriptionStore store) =>
        (await SubscriptionsApi.Retry(id, http.Request.Form["delivery"].ToString(), grains, store)).Result switch
        {
            ProblemHttpResult { StatusCode: StatusCodes.Status409Conflict } => Done($"/subscriptions/{id}", "deliveredAlready"),
            ProblemHttpResult problem => Missing(problem),
            _ => Done($"/subscriptions/{id}", "retried"),
        };

    private static async Task<IResult> AskToDeleteSubscription(string id, IGrainFactory grains, SubscriptionStore store) =>
        (await SubscriptionsApi.One(id, grains, store)).Result is Ok<SubscriptionAnswer> { Value: { } known }
            ? Ask("Subscriptions", Wording.Say("operate.delete.subscription", ("url", Wording.Shortened(known.Url))), Sentences.All["operate.delete.subscription.means"], $"/subscriptions/{id}/delete", $"/subscriptions/{id}")
            : Missing(Problems.UnknownSubscription(id));

    private static async Task<IResult> DeleteSubscription(string id, IGrainFactory grains, SubscriptionStore store) =>
        (await SubscriptionsApi.Delete(id, grains, store)).Result is ProblemHttpResult problem ? Missing(problem) : Done("/subscriptions", "deleted");

    private static RazorComponentResult<OperateSecretPage> Secret(string id, string secret, string sentence) => Page<OperateSecretPage>(
        (nameof(OperateSecretPage.Id), id), (nameof(OperateSecretPage.Secret), secret), (nameof(OperateSecretPage.Sentence), Sentences.All[sentence]));

    private static RazorComponentResult<OperateSubscriptionFormPage> SubscriptionForm(
        string? id, SubscriptionFields fields, FormFaults faults, PreviewAnswer? preview = null, DateTimeOffset now = default) => Page<OperateSubscriptionFormPage>(
        faults.Status, (nameof(OperateSubscriptionFormPage.Id), id), (nameof(OperateSubscriptionFormPage.Fields), fields), (nameof(OperateSubscriptionFormPage.Faults), faults),
        (nameof(OperateSubscriptionFormPage.Preview), preview), (nameof(OperateSubscriptionFormPage.Now), now));
}

/// <summary>A subscription as the form has it.</summary>
public sealed record SubscriptionFields(
    string Url = "", string Services = "", string Regions = "", IReadOnlyList<string?>? Events = null, string Format = "standard", string MinLevel = "normal", string RoutingKey = "", bool OnlyPreview = false, string? Had = null)
{
    public static SubscriptionFields Of(IFormCollection form) => new(
        form["url"].ToString().Trim(), form["services"].ToString(), form["regions"].ToString(), [.. form["events"]], form["format"].ToString(), form["minLevel"].ToString(),
        form["routingKey"].ToString().Trim(), form["do"] == "preview");

    public static SubscriptionFields Of(SubscriptionAnswer known) => new(
        "", string.Join(' ', known.Services), string.Join(' ', known.Regions), [.. known.Events.Select(kind => kind.ToString().ToLowerInvariant())],
        known.Format, known.MinLevel?.ToString().ToLowerInvariant() ?? "normal", Had: Wording.Shortened(known.Url));

    // What is empty is everything, also where there was something before.
    public WriteSubscription Read() => new(Url, Words.In(Services), Words.In(Regions), Events ?? [], Format, MinLevel, RoutingKey.Length == 0 ? null : RoutingKey);

    // The address and the routing key are never shown, and stay.
    public JsonObject Patch(JsonSerializerOptions json)
    {
        var patch = JsonSerializer.SerializeToNode(Read(), json)!.AsObject();
        if (RoutingKey.Length == 0) patch.Remove("routingKey");
        if (Url.Length == 0) patch.Remove("url");
        return patch;
    }

    public PreviewSubscription Filter() => new(Words.In(Services), Words.In(Regions), Events ?? [], MinLevel);
}
