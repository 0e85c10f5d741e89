using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aggregator.Server.Tests;

/// <summary>Every way in that the server has, as it has mapped them itself: a new route is tried without anybody thinking of it.</summary>
internal static partial class Doors
{
    public static IEnumerable<(string Method, string Path, Endpoint Endpoint)> Of(RunningServer server) =>
        from endpoint in server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["GET"]
        where method != "OPTIONS"
        select (method, "/" + Parts().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), Fill), (Endpoint)endpoint);

    /// <summary>Asks as a browser or a program does; the answer's body is not waited for, since a stream has no end.</summary>
    public static async Task<HttpResponseMessage> Knock(this HttpClient client, string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static string Fill(Match part) => part.Groups["name"].Value switch
    {
        "service" => "x",
        "region" => "US",
        "year" => "2026",
        "month" or "day" => "11",
        "documentName" => "v1",
        _ => "nothing",
    };

    [GeneratedRegex(@"\{\**(?<name>\w+)[^}]*\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parts();
}
