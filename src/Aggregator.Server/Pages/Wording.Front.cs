using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>What the front page says.</summary>
internal static partial class Wording
{
    /// <summary>How everything is in one region, in one sentence.</summary>
    public static string Front(string region, IReadOnlyList<ServiceTrouble> services, bool blind, bool partlyBlind = false)
    {
        var where = Within(region);
        var (spikes, lasting) = (Named(Level.Spike), services.Where(service => service.Level == Level.Spike && !Eases(service.Evidence)).Select(service => service.Name).ToArray());
        if (blind) return Say("front.in.Unknown", ("region", where));
        if (spikes.Length > 0 && lasting.Length == 0) return Say("front.in.Easing", ("names", Joined(spikes, "services")), ("region", where));
        var names = spikes.Length > 0 ? lasting : Named(Level.Elevated);
        if (names.Length == 0) return Say(partlyBlind ? "front.in.someUnknown" : "front.in.Normal", ("region", where));
        return Say($"front.in.{(spikes.Length > 0 ? Level.Spike : Level.Elevated)}.{(names.Length == 1 ? "one" : "many")}", ("names", Joined(names, "services")), ("region", where));

        string[] Named(Level level) => [.. services.Where(service => service.Level == level).Select(service => service.Name)];
    }

    /// <summary>A region after "in": <c>the United States</c>, <c>places unknown</c>.</summary>
    public static string Within(string region) => region == Sentences.All["region.ZZ"] ? Sentences.All["region.ZZ.in"] : WithArticle(region);

    /// <summary>Where, after "In": <c>the United States, Canada and 4 more regions</c>; or that it is spread.</summary>
    public static string Places(IReadOnlyList<CatalogRegion> regions) => regions.Count == 0
        ? Sentences.All["down.spread"]
        : Say("down.in", ("regions", Joined([.. regions.Select(region => Within(region.Name))], "regions")));

    /// <summary>A region on the map, for who cannot see it or points at it.</summary>
    public static string Spot(RegionTrouble there) =>
        Say("map.spot", ("region", there.Name), ("level", Of(there.Level)), ("services", Joined([.. there.Services.Select(service => service.Name)], "services")));

    /// <summary>The arithmetic of a service in trouble, with the place where it is not that of all together.</summary>
    public static string Evidence(SpikeAnswer spike, string region) =>
        spike.Region == RegionCode.All.Value ? spike.Sentence : Say("evidence.in", ("region", region), ("sentence", spike.Sentence));
}
