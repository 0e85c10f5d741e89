namespace Aggregator.Server;

/// <summary>Bodies are read as they come: a small one gains nothing from being packed, and a packed one hides how large it is.</summary>
internal static class ContentCoding
{
    private const string Plain = "identity";

    /// <summary>Whether the request says that its body has to be unpacked first.</summary>
    public static bool IsPacked(HttpRequest request) =>
        request.Headers.ContentEncoding is { Count: > 0 } coding && coding.ToString().Trim() is { Length: > 0 } name && !Plain.Equals(name, StringComparison.OrdinalIgnoreCase);

    public static Task Refuse(HttpContext http)
    {
        http.Response.Headers.AcceptEncoding = Plain;
        return Problems.WrongContentCoding().ExecuteAsync(http);
    }
}
