using Aggregator.Domain;

namespace Aggregator.Server;

internal static partial class Wording
{
    private const int NamedAtMost = 3;
    private const int EndShown = 4, EndShownFrom = 24;

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

    /// <summary>An address without what in it may be secret, such as the path of a Slack webhook: enough to tell one from another.</summary>
    public static string Shortened(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)) return "…";
        var path = address.PathAndQuery;
        return address.Authority + (path == "/" ? "" : path.Length < EndShownFrom ? "/…" : $"/…{path[^EndShown..]}");
    }

    private static IEnumerable<string> Few(IReadOnlyList<string> names, string many) =>
        names.Count > NamedAtMost ? [Say(many, ("n", Number(names.Count)))] : names;
}
