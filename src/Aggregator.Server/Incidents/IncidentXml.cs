using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>An incident as XML: the same content as the JSON, element by element; an item of a list is an <c>item</c>, what is absent is left out.</summary>
internal sealed class IncidentXml(IncidentAnswer incident) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        if (CachedTag.IsKnown(httpContext, new { Form = "xml", incident }, json)) return;

        httpContext.Response.ContentType = "application/xml; charset=utf-8";
        var root = Element("incident", JsonSerializer.SerializeToNode(incident, json))!;
        await httpContext.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{root}\n");
    }

    private static XElement? Element(string name, JsonNode? node) => node switch
    {
        null => null,
        JsonArray items => new XElement(name, items.Select(item => Element("item", item))),

        // Keys of a dictionary, such as symptoms, need not be names of XML.
        JsonObject members => new XElement(name, members.Select(member => IsName(member.Key)
            ? Element(member.Key, member.Value)
            : Element("item", member.Value) is { } item ? Named(item, member.Key) : null)),
        JsonValue value => new XElement(name, XmlText.Clean(value.ToString())),
        _ => null,
    };

    private static XElement Named(XElement item, string key)
    {
        item.SetAttributeValue("key", XmlText.Clean(key));
        return item;
    }

    private static bool IsName(string key) => key.Length > 0 && char.IsAsciiLetter(key[0]) && key.All(char.IsAsciiLetterOrDigit);
}
