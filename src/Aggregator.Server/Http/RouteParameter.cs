using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Aggregator.Server;

/// <summary>A parameter that a handler reads from the query or the headers itself.</summary>
/// <remarks>A route declares each: the document of the API says what is declared, and <see cref="Queries"/> lets a handler read nothing else, so neither can drift from the other.</remarks>
internal sealed record RouteParameter(string Name, string Description)
{
    public static RouteParameter Service { get; } = new("service", "The key of a service.");

    public static RouteParameter Region { get; } = new("region", "The code of a region; ALL is the sum of all.");

    public static RouteParameter From { get; } = Moment("from");

    public static RouteParameter To { get; } = Moment("to");

    public static RouteParameter Cursor { get; } = new("cursor", "Where a page begins: what the page before gave as next.") { Range = (0, int.MaxValue) };

    public ParameterLocation In { get; init; } = ParameterLocation.Query;

    public bool Required { get; init; }

    /// <summary>The numbers it may be; null if it is a text.</summary>
    public (int Least, int Most)? Range { get; init; }

    /// <summary>The words it may be; null if it is any text.</summary>
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>Whether it may be several of its words, with commas between them.</summary>
    public bool IsList { get; init; }

    public bool IsMoment { get; init; }

    public static RouteParameter Limit(int usual, int most) =>
        new("limit", string.Create(CultureInfo.InvariantCulture, $"How many a page holds; {usual} unless told otherwise.")) { Range = (1, most) };

    public static RouteParameter ListOf<T>(string name, string description) where T : struct, Enum =>
        new(name, $"{description} Several with commas between them, in either case.") { Words = Enum.GetNames<T>(), IsList = true };

    public static RouteParameter Header(string name, string description) => new(name, description) { In = ParameterLocation.Header };

    public OpenApiParameter Described() => new()
    {
        Name = Name,
        In = In,
        Required = Required,
        Description = Description,
        Explode = !IsList,
        Schema = IsList ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = One() } : One(),
    };

    private static RouteParameter Moment(string name) =>
        new(name, "A moment with an offset from UTC (RFC 3339), or a date alone, which is its midnight in UTC. In an address + is written %2B.") { IsMoment = true };

    private OpenApiSchema One() => new()
    {
        Type = Range is null ? JsonSchemaType.String : JsonSchemaType.Integer,
        Format = IsMoment ? "date-time" : Range is null ? null : "int32",
        Minimum = Range?.Least.ToString(CultureInfo.InvariantCulture),
        Maximum = Range?.Most.ToString(CultureInfo.InvariantCulture),
        Enum = Words?.Select(word => (JsonNode)JsonValue.Create(word)).ToList(),
    };
}

/// <summary>What the handler of a route reads from the query and the headers.</summary>
internal sealed record RouteParameters(IReadOnlyList<RouteParameter> All);

internal static class RouteParameterDeclaring
{
    public static TBuilder Reads<TBuilder>(this TBuilder route, params RouteParameter[] parameters) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new RouteParameters(parameters));

    public static void Describe(OpenApiOptions document) => document.AddOperationTransformer((operation, context, _) =>
    {
        foreach (var parameter in context.Description.ActionDescriptor.EndpointMetadata.OfType<RouteParameters>().SelectMany(declared => declared.All))
            (operation.Parameters ??= []).Add(parameter.Described());
        return Task.CompletedTask;
    });
}
