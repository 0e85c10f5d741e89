using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;
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
            pages.MapGet("/services/{service}", Service).CacheOutput(OutputCaching.OneSecondByReader);
            pages.MapPost("/services/{service}/report", Report).WithMetadata(new RequestSizeLimit(4096));
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

    /// <summary>Another site's page must not make its visitors report, or operate.</summary>
    public static bool IsFromElsewhere(HttpRequest request) => request.Headers["Sec-Fetch-Site"] is ["cross-site" or "same-site"];

    private static IResult Home(HttpContext http, ServiceReader reader, Catalog catalog, IOptions<WebhookOptions> webhooks, string? q = null)
    {
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        var services = reader.List(q, levels: null, cursor: 0, limit: 1000);
        if (!WantsPage(http.Request)) return PlainText.Front(services, webhooks.Value.RootFor(http));
        return new RazorComponentResult<HomePage>(new Dictionary<string, object?>
        {
            [nameof(HomePage.Services)] = services,
            [nameof(HomePage.Spikes)] = reader.Spikes(service: null, region: null, [Level.Spike, Level.Elevated]),
            [nameof(HomePage.RegionNames)] = catalog.Regions.ToDictionary(region => region.Region, region => region.Name),
            [nameof(HomePage.Query)] = q,
        });
    }

    private static async Task<IResult> Service(string service, HttpContext http, ServiceReader reader, IncidentReader incidents, Catalog catalog, IOptions<WebhookOptions> webhooks)
    {
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        var known = ServiceKey.TryParse(service, out var key) ? catalog.Find(key) : null;
        if (WantsPage(http.Request)) return known is null ? NotFound() : await Page(known, null, null, reader, incidents, catalog);
        if (known is null) return Problems.UnknownService(service);

        var (read, regions) = (reader.Read(known), reader.Regions(key));
        return PlainText.Service(await read, (await regions).Regions, webhooks.Value.RootFor(http));
    }

    /// <summary>The report form without scripts: the same taking as the API's, answered with the page.</summary>
    private static async Task<IResult> Report(string service, HttpContext http, ReportLimits limits, ReportTaking taking, ServiceReader reader, IncidentReader incidents, Catalog catalog)
    {
        if (!ServiceKey.TryParse(service, out var key) || catalog.Find(key) is not { } known) return NotFound();

        if (IsFromElsewhere(http.Request)) return Problems.Invalid("Sec-Fetch-Site", "The form is sent from its own page only.");
        if (!http.Request.HasFormContentType) return Problems.WrongMediaType("application/x-www-form-urlencoded");

        if (limits.Refuse(http) is { } refusal) return await Page(known, null, Refused(refusal), reader, incidents, catalog, refusal.StatusCode);

        if (await Read(http) is not { } form) return Problems.BadBody("The form cannot be read; send symptom=...&region=...");
        var region = form["region"] is [{ Length: > 0 } named] ? named : null;
        var (answer, problem) = await taking.Take(service, new(form["symptom"] is [{ Length: > 0 } symptom] ? symptom : null, region, null), http);
        var outcome = answer is null
            ? Refused(problem!)
            : Wording.Outcome(answer.Outcome.ToString().ToLowerInvariant(), known.Name, answer.Reports15m ?? 0);
        return await Page(known, region, outcome, reader, incidents, catalog, problem?.StatusCode);
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
        CatalogService service, string? region, ReportOutcomeView? outcome, ServiceReader reader, IncidentReader incidents, Catalog catalog, int? status = null)
    {
        var read = reader.Read(service);
        var regions = reader.Regions(ServiceKey.Parse(service.Service));
        return new(new Dictionary<string, object?>
        {
            [nameof(ServicePage.Service)] = await read,
            [nameof(ServicePage.Regions)] = await regions,
            [nameof(ServicePage.AllRegions)] = catalog.Regions.Select(known => (known.Region, known.Name)).ToList(),
            [nameof(ServicePage.Past)] = await incidents.Past(service.Service),
            [nameof(ServicePage.SuggestedRegion)] = region,
            [nameof(ServicePage.Outcome)] = outcome,
        })
        { StatusCode = status ?? StatusCodes.Status200OK };
    }
}
