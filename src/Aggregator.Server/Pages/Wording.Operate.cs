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

    private static IEnumerable<string> Few(IReadOnlyList<string> names, string many) =>
        names.Count > NamedAtMost ? [Say(many, ("n", Number(names.Count)))] : names;
}
