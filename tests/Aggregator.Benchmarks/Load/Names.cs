using System.Text.Json;
using Aggregator.Server;

namespace Aggregator.Benchmarks;

/// <summary>Names of the catalog that the server ships.</summary>
internal static class Names
{
    /// <summary>Services that know the symptom <c>login</c>.</summary>
    public static IReadOnlyList<string> Services { get; } = [.. Read("services").Where(KnowsLogin).Select(service => service.GetProperty("service").GetString()!)];

    public static IReadOnlyList<string> Regions { get; } = [.. Read("regions").Select(region => region.GetProperty("region").GetString()!)];

    private static bool KnowsLogin(JsonElement service) => service.GetProperty("symptoms").EnumerateArray().Any(symptom => symptom.ValueEquals("login"));

    private static List<JsonElement> Read(string file)
    {
        using var stream = typeof(SubmitReport).Assembly.GetManifestResourceStream($"Aggregator.Server.Catalog.{file}.json")!;
        return JsonSerializer.Deserialize<List<JsonElement>>(stream)!;
    }
}
