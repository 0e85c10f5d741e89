using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Reads what an operator wrote, and gathers what is wrong with it.</summary>
internal sealed class SubscriptionReading(WebhookOptions webhooks)
{
    private const int NamesAtMost = 200;
    private const int UrlAtMost = 2000;

    public Dictionary<string, string> Faults { get; } = [];

    /// <param name="before">What holds where the body says nothing; none for a new one.</param>
    public SubscriptionSettings Settings(WriteSubscription body, SubscriptionSettings? before)
    {
        var format = Word(body.Format, "format", before?.Format ?? MessageFormat.Standard);
        var key = body.RoutingKey ?? before?.RoutingKey;
        if (format == MessageFormat.Pagerduty ? key is not { Length: >= 1 and <= 100 } : body.RoutingKey is not null)
            Faults["routingKey"] = "'routingKey' is the integration key that the format pagerduty needs; other formats have none.";
        return new(Url(body.Url ?? before?.Url), Filter(body.Services, body.Regions, body.Events, body.MinLevel, before?.Filter), format, format == MessageFormat.Pagerduty ? key : null);
    }

    public SubscriptionFilter Filter(
        IReadOnlyList<string?>? services, IReadOnlyList<string?>? regions, IReadOnlyList<string?>? events, string? minLevel, SubscriptionFilter? before) => new(
        Names(services, "services", name => ServiceKey.TryParse(name, out _), "service keys", before?.Services),
        Names(regions, "regions", name => RegionCode.TryParse(name, out _), "region codes", before?.Regions),
        events is null ? before?.Events ?? [] : [.. events.Select(name => Word(name, "events", ChangeKind.Opened)).Distinct()],
        Word(minLevel, "minLevel", before?.MinLevel ?? Level.Normal));

    private string Url(string? url)
    {
        var scheme = webhooks.AllowPrivateNetworks ? "an http or https" : "an https";
        var good = url is { Length: <= UrlAtMost } && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (webhooks.AllowPrivateNetworks && uri.Scheme == Uri.UriSchemeHttp));
        if (!good) Faults["url"] = $"'url' is {scheme} address of at most {UrlAtMost} characters, without a user or a fragment.";
        return url ?? "";
    }

    private ImmutableArray<string> Names(IReadOnlyList<string?>? names, string field, Func<string?, bool> isGood, string what, ImmutableArray<string>? before)
    {
        if (names is null) return before ?? [];
        if (names.Count > NamesAtMost || !names.All(isGood))
        {
            Faults[field] = $"'{field}' lists at most {NamesAtMost} {what}.";
            return [];
        }

        return [.. names.Distinct()!];
    }

    private T Word<T>(string? text, string field, T otherwise) where T : struct, Enum
    {
        if (text is null) return otherwise;
        if (text.Length > 0 && text.All(char.IsAsciiLetter) && Enum.TryParse<T>(text, ignoreCase: true, out var word)) return word;

        Faults[field] = $"'{field}' is made of {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.";
        return otherwise;
    }
}
