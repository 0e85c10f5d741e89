using Aggregator.Domain;

namespace Aggregator.Server;

internal static partial class Wording
{
    private const int NamedAtMost = 3;

    /// <summary>What a subscription hears of, in a few words.</summary>
    public static string Hears(SubscriptionAnswer subscription)
    {
        string[] parts =
        [
            .. Few(subscription.Services, "operate.hears.services"), .. Few(subscription.Regions, "operate.hears.regions"), .. subscription.Events.Select(kind => kind.ToString().ToLowerInvariant()),
            .. subscription.MinLevel is { } level and not Level.Normal ? [Say("operate.hears.level", ("level", Of(level)))] : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? Sentences.All["operate.hears.all"] : string.Join(", ", parts);
    }

    /// <summary>An address without its path and query: those of a Slack webhook, and of many others, are its key.</summary>
    public static string Shortened(string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out var address) ? "…" : address.PathAndQuery == "/" ? address.Authority : $"{address.Authority}/…";

    private static IEnumerable<string> Few(IReadOnlyList<string> names, string many) =>
        names.Count > NamedAtMost ? [Say(many, ("n", Number(names.Count)))] : names;
}
