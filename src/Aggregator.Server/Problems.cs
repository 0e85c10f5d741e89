using System.Text.Json;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Aggregator.Server;

/// <summary>Every way to say no: a word, a sentence, a way out (RFC 9457).</summary>
internal static class Problems
{
    public static ProblemHttpResult UnknownService(string service) => Problem(
        StatusCodes.Status404NotFound, "unknown-service", "No such service",
        $"'{service}' is not in the catalog; GET /v1/services lists what is.");

    public static ProblemHttpResult NothingKept(string service) => Problem(
        StatusCodes.Status404NotFound, "nothing-kept", "Nothing is kept of this service",
        $"There is no history of '{service}'.");

    public static ProblemHttpResult StillInCatalog(string service) => Problem(
        StatusCodes.Status409Conflict, "still-in-catalog", "The service can still be reported on",
        $"Take it away first (DELETE /v1/services/{service}), so that nothing is counted meanwhile; afterwards it can be added anew.");

    public static ProblemHttpResult InTrouble(string service) => Problem(
        StatusCodes.Status409Conflict, "incident-open", "The service has an incident that is not over",
        $"Whoever was told that '{service}' is in trouble is to be told its end. Try again when its incident is resolved.");

    public static ProblemHttpResult UnknownRegion(string region) => Problem(
        StatusCodes.Status404NotFound, "unknown-region", "No such region",
        $"'{region}' is not a region of the catalog; GET /v1/regions lists them.");

    public static ProblemHttpResult UnknownIncident(string id) => Problem(
        StatusCodes.Status404NotFound, "unknown-incident", "No such incident",
        $"There is no incident '{id}'; GET /v1/incidents lists them.");

    public static ProblemHttpResult UnknownSubscription(string id) => Problem(
        StatusCodes.Status404NotFound, "unknown-subscription", "No such subscription",
        $"There is no subscription '{id}'; GET /v1/subscriptions lists them.");

    public static ProblemHttpResult UnknownDelivery(string id) => Problem(
        StatusCodes.Status404NotFound, "unknown-delivery", "No such delivery",
        $"There is no delivery '{id}', or it is too long ago; GET /v1/subscriptions/{{id}}/deliveries lists them.");

    public static ProblemHttpResult AlreadyDelivered(string id) => Problem(
        StatusCodes.Status409Conflict, "already-delivered", "It was delivered",
        $"Delivery '{id}' was answered with 2xx; what it said is no longer kept.");

    public static ProblemHttpResult Overtaken(string id) => Problem(
        StatusCodes.Status409Conflict, "overtaken", "It was overtaken",
        $"Delivery '{id}' is not true any more: a later message of the incident is told instead.");

    public static ProblemHttpResult RotatedLately(string id) => Problem(
        StatusCodes.Status409Conflict, "rotated-lately", "The secret was changed within a day",
        $"The secret of '{id}' before this one still signs, and a receiver may hold it alone; change it again a day after the last time.");

    /// <summary>Every fault of a body or a query at once, by field.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string> faults) => TypedResults.Problem(new ProblemDetails
    {
        Type = Urn("invalid"),
        Title = "Something in the request is not as it should be",
        Detail = string.Join(' ', faults.Values),
        Status = StatusCodes.Status400BadRequest,
        Extensions = { ["errors"] = faults.ToDictionary(fault => fault.Key, fault => new[] { fault.Value }) },
    });

    public static ProblemHttpResult Invalid(string field, string fault) => Invalid(new Dictionary<string, string> { [field] = fault });

    public static ProblemHttpResult BadBody(string detail) => Problem(
        StatusCodes.Status400BadRequest, "bad-body", "The body cannot be read", detail);

    /// <summary>JSON that cannot be read, or a field of the wrong type.</summary>
    public static ProblemHttpResult BadJson(JsonException error)
    {
        var problem = BadBody($"The body is not the JSON that is wanted: see {error.Path ?? "$"}, line {error.LineNumber + 1}.");
        if (FieldFault(error) is { } fault) problem.ProblemDetails.Extensions["errors"] = new Dictionary<string, string[]> { [fault.Field] = [fault.Sentence] };
        return problem;
    }

    /// <summary>The field that a reader of JSON stumbled over, and what is wrong with it; null if it is the JSON itself.</summary>
    public static (string Field, string Sentence)? FieldFault(JsonException error)
    {
        var fault = error.InnerException?.Message.Contains("UTF-16", StringComparison.Ordinal) == true ? "is no valid text: a byte that is not UTF-8, or half of a surrogate pair"
            : error.Message.Contains("could not be converted", StringComparison.Ordinal) ? "is not of the type that is wanted"
            : error.Message.StartsWith($"Not {Rfc3339.Rule}", StringComparison.Ordinal) ? $"is not {Rfc3339.Rule}"
            : error.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "is not known here"
            : error.Message.StartsWith("Duplicate property", StringComparison.Ordinal) ? "is there twice" : null;
        return error.Path is ['$', '.', .. var field] && fault is not null ? (field, $"'{field}' {fault}.") : null;
    }

    public static ProblemHttpResult WrongMediaType(string wanted) => Problem(
        StatusCodes.Status415UnsupportedMediaType, "wrong-media-type", "Wrong media type", $"Send the body as {wanted}.");

    public static ProblemHttpResult WrongContentCoding() => TypedResults.Problem(new ProblemDetails
    {
        Type = Urn("wrong-content-coding"),
        Title = "Packed bodies are not read",
        Detail = "Send the body as it is, without Content-Encoding.",
        Status = StatusCodes.Status415UnsupportedMediaType,
        Extensions = { ["errors"] = new Dictionary<string, string[]> { ["Content-Encoding"] = ["'Content-Encoding' is absent, or identity."] } },
    });

    public static ProblemHttpResult IdempotencyKeyReused() => Problem(
        StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", "This Idempotency-Key was used for another body",
        "Send the same body as before under this key, or a new key for a new body.");

    /// <summary>503: why reports cannot be taken. If the store did not answer, whether they were taken is not known; sending them again never counts them twice.</summary>
    public static ProblemHttpResult ReportsRefused(StoreFault fault) => OfStore(
        fault, "Reports cannot be taken right now",
        $"{StoreWords.Of(fault)} Send the same again in {(fault == StoreFault.Full ? "some minutes" : "a few seconds")}: it will not be counted twice.");

    /// <summary>503: what the store refused, but for reports; null if it did not refuse.</summary>
    public static ProblemHttpResult? StoreRefused(Exception error) => StoreFaults.Of(error) is { IsRefusal: true } fault
        ? OfStore(fault, "This cannot be done right now", $"{StoreWords.Of(fault)} Try again in {(fault == StoreFault.Full ? "some minutes" : "a few seconds")}.")
        : null;

    /// <summary>Why an intake took nothing, or perhaps not all.</summary>
    public static ProblemHttpResult Of(IntakeResult result) => result switch
    {
        IntakeResult.QueueFull => TooBusy(),
        IntakeResult.OtherContent => IdempotencyKeyReused(),
        _ => ReportsRefused(IntakeResults.FaultOf(result)),
    };

    /// <param name="who">Whose limit it is: <c>reporter</c> or <c>network</c>.</param>
    public static ProblemHttpResult TooManyReports(string who) => Problem(
        StatusCodes.Status429TooManyRequests, "too-many-reports", "Too many reports",
        who == "network"
            ? "The network of this address has sent as many reports as it may for now; try again later."
            : "This address has sent as many reports as it may for now; try again later.");

    public static ProblemHttpResult TooBusy() => Problem(
        StatusCodes.Status503ServiceUnavailable, "too-busy", "Too many reports at once",
        "More reports are waiting than can be taken. Send the same again in a second.");

    public static ProblemHttpResult TooManyAtOnce() => Problem(
        StatusCodes.Status503ServiceUnavailable, "too-busy", "Too many of these requests at once",
        "As many of these requests are running as may at once; nothing of this one was taken. Send the same again in a second.");

    public static ProblemHttpResult NoEmbeddedStore() => Problem(
        StatusCodes.Status409Conflict, "no-embedded-store", "The counts are not kept here",
        "This server keeps everything in a Redis; make the backup there.");

    public static ProblemHttpResult NoSight() => Problem(
        StatusCodes.Status503ServiceUnavailable, "no-sight", "Nothing can be seen right now",
        "The part that knows the answer cannot be reached. Try again in a few seconds.");

    public static string Urn(string word) => $"urn:aggregator:{word}";

    public static Dictionary<string, string> InvalidService(string service) => ServiceKey.TryParse(service, out _)
        ? []
        : new() { ["service"] = $"'{service}' is not a service key: 1 to 64 lower-case letters, digits and dashes." };

    private static ProblemHttpResult OfStore(StoreFault fault, string title, string detail) =>
        Problem(StatusCodes.Status503ServiceUnavailable, $"store-{JsonNamingPolicy.KebabCaseLower.ConvertName(fault.ToString())}", title, detail);

    private static ProblemHttpResult Problem(int status, string word, string title, string detail) => TypedResults.Problem(new ProblemDetails
    {
        Type = Urn(word),
        Title = title,
        Detail = detail,
        Status = status,
    });
}
