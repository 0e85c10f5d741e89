using Microsoft.AspNetCore.StaticAssets;

namespace Aggregator.Server;

/// <summary>The drawing of the world, with a shape for each ISO region; Map/world.mjs makes it.</summary>
internal sealed class WorldMap(EndpointDataSource endpoints)
{
    private const string Asset = "img/world.svg";

    /// <summary>Its coordinates.</summary>
    public const string ViewBox = "0 0 4000 1760";

    private readonly Lazy<string> _address = new(() => "/" + (endpoints.Endpoints
        .Select(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>())
        .FirstOrDefault(asset => asset?.Properties.Any(property => property.Name == "label" && property.Value == Asset) == true)?.Route ?? Asset));

    /// <summary>The address that names its content, so that browsers keep it and never ask again.</summary>
    public string Address => _address.Value;
}
