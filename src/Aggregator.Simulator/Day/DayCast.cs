using System.Globalization;

namespace Aggregator.Simulator;

/// <summary>Who is struck on that day: services, the busiest first, and regions, with their shares.</summary>
internal sealed class DayCast
{
    public const int MostServices = 20_000;
    private const double Elsewhere = 2.8;

    private static readonly string[] Known =
    [
        "aws", "snapchat", "roblox", "fortnite", "amazon", "reddit", "signal", "ring", "venmo", "zoom", "slack", "duolingo", "canva", "coinbase", "robinhood",
        "hulu", "disney-plus", "playstation-network", "alexa", "prime-video", "clash-royale", "tidal", "strava", "wordle", "hmrc", "lloyds", "vodafone", "lyft", "doordash", "peloton",
    ];

    // The early counts of those that were told apart, in millions, then the others.
    private static readonly (string Code, double Early)[] Told = [("US", 1.4), ("GB", 0.8), ("NL", 0.4), ("AU", 0.4), ("FR", 0.35), ("JP", 0.35)];
    private static readonly string[] Others =
    [
        "DE", "CA", "BR", "IN", "ES", "IT", "MX", "IE", "SE", "BE", "PL", "CH", "AT", "DK", "NO", "FI", "PT", "NZ", "SG", "ZA", "AR", "CL", "CO", "PE", "KR", "TW", "HK",
        "MY", "PH", "ID", "TH", "VN", "TR", "GR", "CZ", "HU", "RO", "BG", "HR", "SK", "SI", "LT", "LV", "EE", "IL", "AE", "SA", "EG", "MA", "NG", "KE", "UA", "CR", "EC",
    ];

    private DayCast(string[] services, string[] regions) => (Services, Regions) = (services, regions);

    public static int MostRegions => Told.Length + Others.Length;

    /// <summary>What people complain of; common to all services.</summary>
    public static IReadOnlyList<(string Name, double Share)> Symptoms { get; } = [("server", 0.4), ("app", 0.3), ("login", 0.2), ("other", 0.1)];

    public string[] Services { get; }

    public string[] Regions { get; }

    /// <summary>Two services side by side differ as their ranks do: the tenth has a tenth of what the first has.</summary>
    public IEnumerable<double> ServiceShares => Services.Select((_, i) => 1.0 / (i + 1));

    public IEnumerable<double> RegionShares
    {
        get
        {
            var sum = Others.Select((_, i) => 1.0 / (i + 3)).Sum();
            return Told.Select(told => told.Early).Concat(Others.Select((_, i) => Elsewhere / (i + 3) / sum)).Take(Regions.Length);
        }
    }

    public static DayCast Of(int services, int regions) => new(
        [.. Enumerable.Range(0, services).Select(i => i < Known.Length ? Known[i] : string.Create(CultureInfo.InvariantCulture, $"day-{i + 1:0000}"))],
        [.. Told.Select(told => told.Code).Concat(Others).Take(regions)]);
}
