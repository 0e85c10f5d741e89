using System.Text.Json;
using Aggregator.Domain;

namespace Aggregator.Server;

/// <summary>Services and regions as they are kept, and read back from whatever an earlier version, a restored backup or a hand has left there.</summary>
internal static class CatalogRecords
{
    // Unknown members are passed over: a later version may have written them.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static string Write<T>(T record) => JsonSerializer.Serialize(record, Json);

    /// <summary>The service of a document, with texts that every page and feed can carry; null if it is none.</summary>
    public static CatalogService? Service(string key, string document) =>
        Parse<CatalogService>(document) is { Name: { } name, Category: { } category, Symptoms: { } symptoms } service && service.Service == key && ServiceKey.TryParse(key, out _)
            ? service with
            {
                Name = XmlText.Clean(name) is { Length: > 0 } clean ? clean : key,
                Category = XmlText.Clean(category),
                Homepage = service.Homepage is { } homepage && WebAddress.IsOne(homepage) ? homepage : null,
                Symptoms = [.. symptoms.Where(symptom => SymptomKey.TryParse(symptom, out _))],
                Aliases = [.. service.Aliases.OfType<string>().Select(XmlText.Clean)],
            }
            : null;

    /// <inheritdoc cref="Service"/>
    public static CatalogRegion? Region(string key, string document) =>
        Parse<CatalogRegion>(document) is { Name: { } name } region && region.Region == key && RegionCode.TryParse(key, out var code) && !code.IsAll
            ? region with { Name = XmlText.Clean(name) } : null;

    private static T? Parse<T>(string document) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(document, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
