using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Aggregator.Server;

/// <summary>What people see.</summary>
internal static class PagesApi
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapPages()
        {
            routes.MapStaticAssets().ExcludeFromDescription();
            var pages = routes.MapGroup("").ExcludeFromDescription();
            pages.MapGet("/", Home).CacheOutput(OutputCaching.OneSecondByReader);
            pages.MapGet("/now", Now).CacheOutput(OutputCaching.OneSecond).WithMetadata(new FromSnapshot(NowTagged));
            pages.MapGet("/services/{service}", Service).CacheOutput(OutputCaching.OneSecondByReader);
            pages.MapPost("/services/{service}/report", Report).WithMetadata(new RequestSizeLimit(4096), new DisableCorsAttribute());
        }
    }

    extension(WebApplication app)
    {
        /// <summary>Where nothing answers: a page for people, a problem for programs.</summary>
        /// <remarks>Not a fallback route: that would answer GET where only another method is missing.</remarks>
        public void UseMissingPage() => app.UseStatusCodePages(async context =>
        {
            var http = context.HttpContext;
            if (http.Response.StatusCode == StatusCodes.Status404NotFound && HttpMethods.IsGet(http.Request.Method) && WantsPage(http.Request)) await NotFound().ExecuteAsync(http);
            else await http.RequestServices.GetRequiredService<IProblemDetailsService>().TryWriteAsync(new() { HttpContext = http, ProblemDetails = { Status = http.Response.StatusCode } });
        });
    }

    /// <summary>Whether a browser asks; whoever does not say that it reads HTML, as curl, gets plain text.</summary>
    public static bool WantsPage(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a browser asks for a page, and not for what lies under an address of the API.</summary>
    public static bool IsPage(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && WantsPage(request) && !request.Path.StartsWithSegments("/v1");

    /// <summary>What people see where a page cannot be put together.</summary>
    public static RazorComponentResult<FaultPage> Fault(int status) => new(new Dictionary<string, object?> { [nameof(FaultPage.Status)] = status }) { StatusCode = status };

    /// <summary>Another site's page must not make its visitors report, or operate.</summary>
    public static bool IsFromElsewhere(HttpRequest request) => request.Headers["Sec-Fetch-Site"] is ["cross-site" or "same-site"];

    private static IResult Home(
        HttpContext http, ServiceReader reader, FrontReader front, Catalog catalog, IOptions<WebhookOptions> webhooks, string? q = null, string? region = null)
    {
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (!AskedRegion(region, catalog, out var asked)) return WantsPage(http.Request) ? NotFound() : Problems.UnknownRegion(region!);

        var found = string.IsNullOrWhiteSpace(q) ? null : reader.Search(q);
        if (!WantsPage(http.Request)) return PlainText.Front(reader.List(q, levels: null, cursor: 0, limit: 1000), reader.Easing(), webhooks.Value.RootFor(http));
        if (found is not null && ServiceSearch.Meant(found) is { } meant) return TypedResults.Redirect($"/services/{meant.Service}");

        return new RazorComponentResult<HomePage>(new Dictionary<string, object?>
        {
            [nameof(HomePage.View)] = front.Read(asked),
            [nameof(HomePage.Services)] = catalog.Services.OrderBy(service => service.Name, StringComparer.OrdinalIgnoreCase).ToList(),
            [nameof(HomePage.Regions)] = catalog.Regions.OrderBy(known => known.Name, StringComparer.Ordinal).ToList(),
            [nameof(HomePage.Query)] = q,
            [nameof(HomePage.Found)] = found,
        });
    }

    /// <summary>The parts of the front page that change, to be asked for again and again.</summary>
    private static IResult Now(HttpContext http, FrontReader front, Catalog catalog, IOptions<JsonOptions> json, string? region = null)
    {
        if (!AskedRegion(region, catalog, out var asked)) return Problems.UnknownRegion(region!);

        var view = front.Read(asked);
        if (CachedTag.IsKnown(http, Tagged(view), json.Value.SerializerOptions)) return Results.Empty;
        return new RazorComponentResult<FrontNow>(new Dictionary<string, object?> { [nameof(FrontNow.View)] = view });
    }

    private static FrontView Tagged(FrontView view) => view with { At = default };

    private static FrontView? NowTagged(HttpContext http) => AskedRegion(http.Request.Query["region"], http.RequestServices.GetRequiredService<Catalog>(), out var region)
        ? Tagged(http.RequestServices.GetRequiredService<FrontReader>().Read(region)) : null;

    /// <summary>False where a region is asked for that is none.</summary>
    private static bool AskedRegion(string? text, Catalog catalog, out CatalogRegion? region)
    {
        region = null;
        if (string.IsNullOrEmpty(text) || text == RegionCode.All.Value) return true;

        region = RegionCode.TryParse(text.ToUpperInvariant(), out var code) ? catalog.Find(code) : null;
        if (region?.Region == RegionCode.Elsewhere.Value) region = region with { Name = Wording.Say("region.ZZ") };
        return region is not null;
    }

    private static async Task<IResult> Service(
        string service, HttpContext http, ServiceReader reader, IncidentReader incidents, Catalog catalog, ReportStore store, IOptions<WebhookOptions> webhooks)
    {
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        var known = ServiceKey.TryParse(service, out var key) ? catalog.Find(key) : null;
        if (WantsPage(http.Request)) return known is null ? NotFound() : await Page(known, null, null, reader, incidents, catalog, store);
        if (known is null) return Problems.UnknownService(service);

        var (read, regions) = (reader.Read(known), reader.Regions(key));
        return PlainText.Service(await read, (await regions).Regions, webhooks.Value.RootFor(http));
    }

    /// <summary>The report form without scripts: the same taking as the API's, answered with the page.</summary>
    private static async Task<IResult> Report(string service, HttpContext http, ReportLimits limits, ReportTaking taking, ServiceReader reader, IncidentReader incidents, Catalog catalog, ReportStore store)
    {
        if (!ServiceKey.TryParse(service, out var key) || catalog.Find(key) is not { } known) return NotFound();

        if (IsFromElsewhere(http.Request)) return Problems.Invalid("Sec-Fetch-Site", "The form is sent from its own page only.");
        if (!http.Request.HasFormContentType) return Problems.WrongMediaType("application/x-www-form-urlencoded");

        if (limits.Refuse(http) is { } refusal) return await Page(known, null, Refused(refusal), reader, incidents, catalog, store, refusal.StatusCode);

        if (await Read(http) is not { } form) return Problems.BadBody("The form cannot be read; send symptom=...&region=...");
        var region = form["region"] is [{ Length: > 0 } named] ? named : null;
        var (answer, problem) = await taking.Take(service, new(form["symptom"] is [{ Length: > 0 } symptom] ? symptom : null, region, form["comment"] is [{ Length: > 0 } comment] ? comment : null), http);
        var outcome = answer is null
            ? Refused(problem!)
            : Wording.Outcome(answer, catalog.NameOf(answer.Region));
        return await Page(known, region, outcome, reader, incidents, catalog, store, problem?.StatusCode);
    }

    /// <summary>The form; null where it is none, has too many fields, ends in the middle, or is in UTF-7.</summary>
    public static async Task<IFormCollection?> Read(HttpContext http)
    {
        try
        {
            return await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException || (error is IOException and not BadHttpRequestException && !http.RequestAborted.IsCancellationRequested))
        {
            return null;
        }
    }

    private static ReportOutcomeView Refused(ProblemHttpResult problem) => Wording.Refused(problem.ProblemDetails.Title, problem.ProblemDetails.Detail);

    private static RazorComponentResult<NotFoundPage> NotFound() => new() { StatusCode = StatusCodes.Status404NotFound };

    private static async Task<RazorComponentResult<ServicePage>> Page(
        CatalogService service, string? region, ReportOutcomeView? outcome, ServiceReader reader, IncidentReader incidents, Catalog catalog, ReportStore store, int? status = null)
    {
        var read = reader.Read(service);
        var regions = reader.Regions(ServiceKey.Parse(service.Service));
        return new(new Dictionary<string, object?>
        {
            [nameof(ServicePage.Service)] = await read,
            [nameof(ServicePage.Regions)] = await regions,
            [nameof(ServicePage.AllRegions)] = catalog.Regions.Select(known => (known.Region, known.Name)).ToList(),
            [nameof(ServicePage.Past)] = await incidents.Past(service.Service),
            [nameof(ServicePage.Comments)] = service.ShowsComments ? await Comments(ServiceKey.Parse(service.Service), store) : [],
            [nameof(ServicePage.SuggestedRegion)] = region,
            [nameof(ServicePage.Outcome)] = outcome,
        })
        { StatusCode = status ?? StatusCodes.Status200OK };
    }

    private static async Task<IReadOnlyList<Comment>> Comments(ServiceKey service, ReportStore store)
    {
        try
        {
            return await CommentsApi.Newest(service, store);
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            // The rest of the page does without.
            return [];
        }
    }
}
