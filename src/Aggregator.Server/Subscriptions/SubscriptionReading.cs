using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Reads what an operator wrote, and gathers what is wrong with it.</summary>
internal sealed class SubscriptionReading(WebhookOptions webhooks, Catalog catalog)
{
    private const int NamesAtMost = 200;
    private const int UrlAtMost = 2000;
    private const int NameShownAtMost = 64;

    public Dictionary<string, string> Faults { get; } = [];

    /// <param name="had">What it was before; none for a new one. A name may have left the catalog since.</param>
    public SubscriptionSettings Settings(WriteSubscription body, SubscriptionFilter? had = null)
    {
        var format = Word(body.Format, "format", MessageFormat.Standard);
        if (format == MessageFormat.Pagerduty ? body.RoutingKey is not { Length: >= 1 and <= 100 } key || !XmlText.IsLine(key) : body.RoutingKey is not null)
            Faults["routingKey"] = "'routingKey' is the integration key that the format pagerduty needs; other formats have none.";
        return new(Url(body.Url), Filter(body.Services, body.Regions, body.Events, body.MinLevel, had), format, body.RoutingKey);
    }

    public SubscriptionFilter Filter(
        IReadOnlyList<string?>? services, IReadOnlyList<string?>? regions, IReadOnlyList<string?>? events, string? minLevel, SubscriptionFilter? had = null) => new(
        Names(services, "services", name => ServiceKey.TryParse(name, out var key) && catalog.Find(key) is not null, had?.Services),
        Names(regions, "regions", name => RegionCode.TryParse(name, out var code) && (code.IsAll || catalog.Find(code) is not null), had?.Regions),
        events is null ? [] : [.. events.Select(name => Word(name ?? "", "events", ChangeKind.Opened)).Distinct()],
        Word(minLevel, "minLevel", Level.Normal));

    private string Url(string? url)
    {
        var scheme = webhooks.AllowPrivateNetworks ? "an http or https" : "an https";
        var good = url is { Length: <= UrlAtMost } && XmlText.IsLine(url) && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (webhooks.AllowPrivateNetworks && uri.Scheme == Uri.UriSchemeHttp));
        if (!good) Faults["url"] = $"'url' is {scheme} address of at most {UrlAtMost} characters, without a user or a fragment.";
        return url ?? "";
    }

    private ImmutableArray<string> Names(IReadOnlyList<string?>? names, string field, Func<string?, bool> isKnown, ImmutableArray<string>? had)
    {
        if (names is null) return [];
        if (names.Count > NamesAtMost) Faults[field] = $"'{field}' lists at most {NamesAtMost}.";
        else if (names.FirstOrDefault(name => name is null || (!isKnown(name) && had?.Contains(name) != true), "") is not "" and var unknown)
            Faults[field] = $"'{field}' lists what GET /v1/{field} knows; '{Shown(unknown)}' is not among it.";
        return [.. names.OfType<string>().Distinct()];

        static string Shown(string? name) => name?.ShortenedTo(NameShownAtMost) ?? "null";
    }

    private T Word<T>(string? text, string field, T otherwise) where T : struct, Enum
    {
        if (text is null) return otherwise;
        if (text.Length > 0 && text.All(char.IsAsciiLetter) && Enum.TryParse<T>(text, ignoreCase: true, out var word)) return word;

        Faults[field] = $"'{field}' is made of {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.";
        return otherwise;
    }
}
