using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Aggregator.Server;

/// <summary>An answer that pollers may keep: 304 where it is the one they have.</summary>
/// <remarks>The tag is weak: it is made of what the answer says, not of the moment it was said at.</remarks>
internal sealed class CachedJson<T>(T answer, object tagged) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        if (!CachedTag.IsKnown(httpContext, tagged, json)) await httpContext.Response.WriteAsJsonAsync(answer, json);
    }
}

/// <summary>The tag of an answer, and for how long it may be kept without asking.</summary>
internal static class CachedTag
{
    public static CacheControlHeaderValue CacheControl => new() { Public = true, MaxAge = TimeSpan.FromSeconds(1) };

    /// <summary>Sets the headers of an answer, and its status where the client has it already; then nothing more is to be written.</summary>
    public static bool IsKnown(HttpContext http, object tagged, JsonSerializerOptions json)
    {
        var tag = Of(tagged, json);
        var headers = http.Response.GetTypedHeaders();
        (headers.ETag, headers.CacheControl) = (tag, CacheControl);
        if (!http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false))) return false;

        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    public static EntityTagHeaderValue Of(object tagged, JsonSerializerOptions json)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(tagged, json));
        return new($"\"{Convert.ToHexStringLower(hash.AsSpan(0, 12))}\"", isWeak: true);
    }
}

internal static class CachedJson
{
    /// <param name="answer">What is said.</param>
    /// <param name="tagged">The part of it that matters to a poller: all but the moment.</param>
    public static CachedJson<T> Of<T>(T answer, object tagged) => new(answer, tagged);
}
