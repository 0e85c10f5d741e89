namespace Aggregator.Server;

/// <summary>What every answer says about itself, HEAD for everything that answers GET, and bodies as they come.</summary>
internal static class Headers
{
    // A card is made to be framed by anybody; what an operator clicks on is framed by nobody.
    private const string Policy = Framed + "'self'", PolicyOfCards = Framed + "*", PolicyOfOperators = Framed + "'none'";

    private const string Framed =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors ";

    // The page of the API's documentation is a library's and brings its script in the page.
    private const string DocumentationPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly object HeadOnly = new();

    private const string OnlyHttps = "max-age=31536000";

    public static void UseHeaders(this WebApplication app) => app.Use((http, next) =>
    {
        Dress(http);
        if (HttpMethods.IsHead(http.Request.Method))
        {
            http.Items[HeadOnly] = true;
            http.Request.Method = HttpMethods.Get;
            http.Response.Body = Stream.Null;
        }

        return ContentCoding.IsPacked(http.Request) ? ContentCoding.Refuse(http) : next(http);
    });

    /// <summary>Whether the headers are all that is asked for (HEAD, which routes see as GET): an answer that is long or has no end is not begun then.</summary>
    public static bool AreAll(HttpContext http) => http.Items.ContainsKey(HeadOnly);

    /// <summary>Also for who begins an answer anew and forgets what was there.</summary>
    public static void Dress(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";

        // Not for the names below: those may be others'.
        if (http.Request.IsHttps) headers.StrictTransportSecurity = OnlyHttps;

        var path = http.Request.Path;
        if (path.StartsWithSegments("/docs"))
        {
            headers.ContentSecurityPolicy = DocumentationPolicy;
            return;
        }

        if (!path.StartsWithSegments(OperatorSession.Root))
        {
            headers.ContentSecurityPolicy = path.StartsWithSegments(EmbedApi.Root) ? PolicyOfCards : Policy;
            return;
        }

        headers.ContentSecurityPolicy = PolicyOfOperators;
        headers.CacheControl = "no-cache, no-store";
    }
}
