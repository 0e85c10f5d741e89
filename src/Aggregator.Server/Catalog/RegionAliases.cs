namespace Aggregator.Server;

/// <summary>Codes that are not those of ISO 3166-1 but in wide use, and the region that each is counted in: a report is not lost for one.</summary>
/// <remarks>
/// From three sources: what ISO 3166 reserves exceptionally or transitionally, what CLDR and the European Union write, and what CDNs and databases of addresses answer
/// for visitors without a country. Kosovo (XK), a user-assigned code that everybody uses, is a region of its own in the catalog.
/// </remarks>
internal static class RegionAliases
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        // Reserved for places that are a part of a region.
        ["UK"] = "GB", ["FX"] = "FR", ["CP"] = "FR", ["IC"] = "ES", ["EA"] = "ES", ["AC"] = "SH", ["TA"] = "SH", ["DG"] = "IO",

        // The European Union's word for Greece, and former codes of what has another now.
        ["EL"] = "GR", ["TP"] = "TL", ["ZR"] = "CD", ["BU"] = "MM", ["SF"] = "FI",

        // No country: Europe and Asia/Pacific as a whole, Cloudflare's unknown and Tor, MaxMind's proxies, satellites and others; and the Netherlands Antilles and
        // Yugoslavia, which are several countries now.
        ["EU"] = "ZZ", ["EZ"] = "ZZ", ["UN"] = "ZZ", ["AP"] = "ZZ", ["XX"] = "ZZ", ["T1"] = "ZZ", ["A1"] = "ZZ", ["A2"] = "ZZ", ["O1"] = "ZZ", ["QO"] = "ZZ",
        ["AN"] = "ZZ", ["YU"] = "ZZ", ["CS"] = "ZZ", ["SU"] = "ZZ",
    };
}
