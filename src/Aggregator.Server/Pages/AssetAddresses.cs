using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.StaticAssets;

namespace Aggregator.Server;

/// <summary>Addresses of scripts, styles and drawings that change with their content, so that browsers keep them and never ask again.</summary>
/// <remarks>One version for all, in a folder's place: a module that imports <c>./dom.js</c> finds that of the same version.</remarks>
internal sealed class AssetAddresses(EndpointDataSource endpoints)
{
    private const string Root = "/assets";
    private readonly Lazy<string> _version = new(() => VersionOf(endpoints));

    public string Of(string asset) => $"{Root}/{_version.Value}/{asset}";

    /// <summary>Serves what <see cref="Of"/> names; of another version, which a page from before an upgrade still asks for, what there is now.</summary>
    public Task Serve(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Path.StartsWithSegments(Root, out var rest) || rest.Value!.IndexOf('/', 1) is not (> 0 and var end)) return next(http);

        var isCurrent = rest.Value[1..end] == _version.Value;
        http.Request.Path = rest.Value[end..];
        http.Response.OnStarting(() =>
        {
            if (isCurrent && http.Response.StatusCode is StatusCodes.Status200OK or StatusCodes.Status304NotModified) http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return Task.CompletedTask;
        });
        return next(http);
    }

    private static string VersionOf(EndpointDataSource endpoints)
    {
        var assets = endpoints.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>()).OfType<StaticAssetDescriptor>()
            .Select(asset => $"{asset.Route} {string.Join(' ', asset.ResponseHeaders.Where(header => header.Name == "ETag").Select(header => header.Value))}").Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', assets))).AsSpan(0, 6));
    }
}
