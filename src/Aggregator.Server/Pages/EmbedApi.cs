using System.Globalization;
using System.Xml.Linq;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>What others show of a service on their own pages.</summary>
internal static class EmbedApi
{
    public const string Root = "/embed";

    // HTTP/1.0 need not say whom it asks.
    private static readonly Uri Nowhere = new("http://localhost/");
    private static readonly TimeSpan KeepBadge = TimeSpan.FromSeconds(30);

    extension(IEndpointRouteBuilder routes)
    {
        public void MapEmbeds()
        {
            routes.MapGet("/badge/{service}.svg", Badge).WithTags("Services").Produces(200, contentType: "image/svg+xml").Produces(304).Produces(404, contentType: "image/svg+xml");
            routes.MapGet($"{Root}/{{service}}", Card).ExcludeFromDescription().CacheOutput(OutputCaching.OneSecond);
        }
    }

    extension(WebhookOptions webhooks)
    {
        /// <summary>Where people reach this aggregator: as it was told, or else as this request did.</summary>
        public Uri RootFor(HttpContext http) =>
            webhooks.PublicUrl ?? (Uri.TryCreate($"{http.Request.Scheme}://{http.Request.Host}/", UriKind.Absolute, out var asked) ? asked : Nowhere);
    }

    /// <summary>How a service is, as a picture of a few words.</summary>
    internal static IResult Badge(string service, HttpContext http, Catalog catalog, SnapshotCache snapshots, IOptions<JsonOptions> json)
    {
        // Where a picture or a frame is expected, nobody would see a problem.
        if (!ServiceKey.TryParse(service, out var key) || catalog.Find(key) is not { } known)
        {
            http.Response.GetTypedHeaders().CacheControl = new() { Public = true, MaxAge = KeepBadge };
            return TypedResults.Text(new Badge(service, null).Svg(), "image/svg+xml", statusCode: StatusCodes.Status404NotFound);
        }

        var badge = new Badge(known.Name, snapshots.Latest.LevelOf(known.Service));
        var isKnown = CachedTag.IsKnown(http, badge, json.Value.SerializerOptions);
        http.Response.GetTypedHeaders().CacheControl = new() { Public = true, MaxAge = KeepBadge };
        return isKnown ? TypedResults.Empty : TypedResults.Text(badge.Svg(), "image/svg+xml");
    }

    private static async Task<IResult> Card(string service, ServiceReader reader, Catalog catalog)
    {
        if (!ServiceKey.TryParse(service, out var key) || catalog.Find(key) is not { } known)
            return new RazorComponentResult<EmbedMissingPage>(new Dictionary<string, object?> { [nameof(EmbedMissingPage.Service)] = service }) { StatusCode = StatusCodes.Status404NotFound };

        var (read, regions) = (reader.Read(known), reader.Regions(key));
        return new RazorComponentResult<EmbedPage>(new Dictionary<string, object?> { [nameof(EmbedPage.Service)] = await read, [nameof(EmbedPage.Regions)] = (await regions).Regions });
    }
}

/// <summary>A name and a level, side by side in 20 pixels of height.</summary>
/// <param name="Level">None where there is no such service.</param>
internal sealed record Badge(string Name, Level? Level)
{
    private const int NameAtMost = 40, Height = 20, Margin = 7;
    private const string Ink = "#ffffff", NameGround = "#3d423f";
    private static readonly XNamespace Namespace = "http://www.w3.org/2000/svg";

    // The colours of the pages in the light; white on each has a contrast of more than 4.5.
    private string Ground => Level switch { Domain.Level.Normal => "#2c6848", Domain.Level.Elevated => "#855000", Domain.Level.Spike => "#ae2012", _ => "#475a78" };

    public string Svg()
    {
        var (name, word) = (XmlText.Clean(PlainText.Harmless(Name)).ShortenedTo(NameAtMost, name => new StringInfo(name).LengthInTextElements), Level is { } level ? Wording.Of(level).ToLowerInvariant() : Sentences.All["badge.unknown"]);
        var (left, right) = (Width(name) + 2 * Margin, Width(word) + 2 * Margin);
        var said = $"{name}: {word}";
        return new XElement(Namespace + "svg",
            new XAttribute("width", left + right), new XAttribute("height", Height), new XAttribute("viewBox", $"0 0 {left + right} {Height}"), new XAttribute("role", "img"), new XAttribute("aria-label", said),
            new XElement(Namespace + "title", said),
            Part(0, left, NameGround), Part(left, right, Ground),
            new XElement(Namespace + "g", new XAttribute("fill", Ink), new XAttribute("font-family", "Verdana,DejaVu Sans,Geneva,sans-serif"), new XAttribute("font-size", 11), Text(name, 0), Text(word, left)))
            .ToString(SaveOptions.DisableFormatting);
    }

    private static XElement Part(int x, int width, string fill) => new(
        Namespace + "rect", new XAttribute("x", x), new XAttribute("width", width), new XAttribute("height", Height), new XAttribute("fill", fill));

    // The length is fixed, so that it fits whatever font there is.
    private static XElement Text(string text, int x) => new(
        Namespace + "text", new XAttribute("x", x + Margin), new XAttribute("y", 14), new XAttribute("textLength", Width(text)), new XAttribute("lengthAdjust", "spacingAndGlyphs"), text);

    /// <summary>About how wide a text is in the fonts above, in pixels.</summary>
    private static int Width(string text) => (int)Math.Ceiling(text.EnumerateRunes().Sum(rune => rune.Value switch
    {
        'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '!' or '|' or '\'' or ' ' => 4.0,
        'f' or 't' or 'r' or '-' or '(' or ')' or '/' => 4.8,
        'm' or 'w' or 'M' or 'W' or '@' or '%' or '&' => 10.2,
        >= 'A' and <= 'Z' => 7.8,
        < 0x1100 => 6.9,
        _ => 11.5,
    }));
}
