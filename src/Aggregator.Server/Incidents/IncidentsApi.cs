using System.Globalization;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

internal static class IncidentsApi
{
    /// <summary>How many incidents one request looks through for those it asks for.</summary>
    private const int LookedThroughAtMost = 2000;

    public static RouteParameter State { get; } = RouteParameter.ListOf<IncidentState>("state", "Whether it goes on.");

    extension(IEndpointRouteBuilder routes)
    {
        public void MapIncidents()
        {
            var incidents = routes.MapGroup("/v1/incidents").WithTags("Incidents");
            incidents.MapGet("/", List).CacheOutput(OutputCaching.OneSecond)
                .Reads(RouteParameter.Service, RouteParameter.Region, State, RouteParameter.From, RouteParameter.To, RouteParameter.Cursor, RouteParameter.Limit(usual: 50, most: 200))
                .Produces<IncidentsAnswer>().ProducesProblem(400);
            incidents.MapGet("/{id}", One).CacheOutput(OutputCaching.OneSecondByForm).Produces<IncidentAnswer>(200, "application/json", "application/xml").ProducesProblem(404);
        }
    }

    /// <summary>Incidents, newest first. Filters: <c>service</c>, <c>region</c>, <c>state</c> (open or resolved), <c>from</c> and <c>to</c> (moment of opening).</summary>
    internal static async Task<Results<CachedJson<IncidentsAnswer>, ProblemHttpResult>> List(HttpContext http, IncidentStore archive, IncidentReader reader)
    {
        var query = new Queries(http);
        var (states, from, to) = (query.Words<IncidentState>("state"), query.Moment("from"), query.Moment("to"));
        var (cursor, limit) = (query.Cursor(), query.Number("limit", 50, 1, 200));
        query.CheckNames();
        if (query.Faults.Count > 0) return Problems.Invalid(query.Faults);

        var open = reader.Open();
        var found = new List<IncidentDocument>();
        string? next = null;
        try
        {
            for (var looked = 0; looked < LookedThroughAtMost; looked += limit)
            {
                var page = await archive.List(from, to, cursor + looked, limit, query.Text("service"));
                foreach (var (incident, i) in page.Select((incident, i) => (open.GetValueOrDefault(incident.Id, incident), i)))
                {
                    if (!Matches(incident, query.Text("service"), query.Text("region"), states)) continue;
                    found.Add(incident);
                    if (found.Count < limit) continue;
                    next = (cursor + looked + i + 1).ToString(CultureInfo.InvariantCulture);
                    break;
                }

                if (page.Count < limit || next is not null) break;
            }
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            // The archive is out of reach; what is open is still known.
            found = [.. open.Values.Where(incident => Matches(incident, query.Text("service"), query.Text("region"), states)).OrderByDescending(incident => incident.OpenedAt)];
        }

        var answer = new IncidentsAnswer([.. found.Select(IncidentAnswers.From)], next);
        return CachedJson.Of(answer, answer);
    }

    /// <summary>One incident: as JSON, or as XML where the address ends with <c>.xml</c> or the client accepts no JSON but that; browsers are sent to its page.</summary>
    internal static async Task<IResult> One(string id, HttpContext http, IncidentReader reader)
    {
        var form = Path.GetExtension(id) is ".json" or ".xml" ? Path.GetExtension(id) : null;
        if (form is not null) id = id[..^form.Length];
        try
        {
            if (await reader.Find(id) is not { } incident) return Problems.UnknownIncident(id);
            var answer = await reader.Answer(incident);
            var accepted = http.Request.Headers.Accept.ToString();
            if (form is null)
            {
                http.Response.Headers.Vary = "Accept";
                form = Accepts("json") ? ".json" : Accepts("text/html") ? ".html" : Accepts("xml") ? ".xml" : ".json";
            }

            return form switch
            {
                ".html" => TypedResults.Redirect(answer.Links["html"]),
                ".xml" => new IncidentXml(answer),
                _ => CachedJson.Of(answer, answer),
            };

            bool Accepts(string type) => accepted.Contains(type, StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return Problems.StoreRefused(error) ?? Problems.NoSight();
        }
    }

    internal static bool Matches(IncidentDocument incident, string? service, string? region, IReadOnlyList<IncidentState>? states) =>
        (service is null || incident.Service == service)
        && (region is null || incident.Regions.Any(part => part.Region == region))
        && (states is null || states.Contains(incident.ResolvedAt is null ? IncidentState.Open : IncidentState.Resolved));
}
