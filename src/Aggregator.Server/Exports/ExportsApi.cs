using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>One step of one series, as a line or row of an export.</summary>
/// <param name="Reports">Counted reports; none: nobody could report.</param>
/// <param name="Expected">What is usual for such a step.</param>
/// <param name="UsualLow">Such a step holds so many or more in 95 cases of 100.</param>
/// <param name="UsualHigh">Such a step holds so many or fewer in 95 cases of 100.</param>
public sealed record SeriesRow(string Service, string Region, DateTimeOffset At, string Interval, long? Reports, double? Expected, double? UsualLow, double? UsualHigh);

/// <summary>Series and incidents as files for a spreadsheet or a script: row by row, in memory bounded by a page of them.</summary>
internal static class ExportsApi
{
    /// <summary>Rows of series that one request may ask for.</summary>
    private const int RowsAtMost = 500_000;

    private const int RegionsAtMost = 1000;
    private const int IncidentsAtMost = 50_000;
    private const int StepsAtOnce = 2000, IncidentsAtOnce = 200;
    private static readonly TimeSpan SpanAtOnce = TimeSpan.FromDays(7);
    private static readonly TimeSpan IncidentsFrom = TimeSpan.FromDays(30), IncidentsSpan = TimeSpan.FromDays(366);

    private static readonly ExportTable<SeriesRow> SeriesTable = new(
        ["service", "region", "at", "interval", "reports", "expected", "usualLow", "usualHigh"],
        row => [row.Service, row.Region, row.At, row.Interval, row.Reports, row.Expected, row.UsualLow, row.UsualHigh]);

    private static readonly ExportTable<IncidentAnswer> IncidentTable = new(
        ["id", "service", "state", "openedAt", "resolvedAt", "regions", "peakAt", "peakObserved", "peakExpected", "waves", "detectedAfterSeconds", "symptoms", "duplicates", "quarantined", "notes"],
        incident =>
        [
            incident.Id, incident.Service, incident.State == IncidentState.Open ? "open" : "resolved", incident.OpenedAt, incident.ResolvedAt, string.Join(' ', incident.Regions.Select(region => region.Region)),
            incident.Peak.At, incident.Peak.Observed, incident.Peak.Expected, incident.Waves, incident.DetectedAfterSeconds,
            string.Join(' ', incident.Symptoms.OrderByDescending(symptom => symptom.Value).ThenBy(symptom => symptom.Key, StringComparer.Ordinal).Select(symptom => $"{symptom.Key}={symptom.Value}")),
            incident.Duplicates, incident.Quarantined, string.Join('\n', incident.Notes.Select(note => note.Text)),
        ]);

    extension(IEndpointRouteBuilder routes)
    {
        public void MapExports()
        {
            var exports = routes.MapGroup("/v1/export").WithTags("Exports");
            exports.MapGet("/series", Series)
                .Reads(RouteParameter.Service with { Required = true }, new("region", "Codes of regions with commas between them; ALL and every region of the service unless told otherwise."), RouteParameter.From, RouteParameter.To, SeriesQueries.Interval, ExportForms.Format)
                .Produces<SeriesRow>(200, ExportForms.Csv, ExportForms.Ndjson).ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);
            exports.MapGet("/incidents", Incidents)
                .Reads(RouteParameter.Service, RouteParameter.Region, IncidentsApi.State, RouteParameter.From, RouteParameter.To, ExportForms.Format)
                .Produces<IncidentAnswer>(200, ExportForms.Csv, ExportForms.Ndjson).ProducesProblem(400).ProducesProblem(503);
        }
    }

    /// <summary>Counts along time as CSV or NDJSON (<c>format</c> csv or ndjson, else by Accept). <c>service</c>; <c>region</c> (codes between commas; default ALL and every region of the service); <c>from</c>, <c>to</c> and <c>interval</c> as for a series. At most 500,000 rows.</summary>
    internal static async Task<IResult> Series(HttpContext http, SeriesQueries series, ReportStore store, Catalog catalog, ExportStreams streams)
    {
        var query = new Queries(http);
        var form = ExportForms.Of(http.Request, query);
        if (query.Text("service") is not { } named) query.Faults["service"] = "'service' names the service whose series this is.";
        else if (!ServiceKey.TryParse(named, out var key) || catalog.Find(key) is null) return Problems.UnknownService(named);
        var regions = new List<RegionCode>();
        foreach (var text in query.Text("region")?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (!RegionCode.TryParse(text, out var code) || !(code.IsAll || catalog.Find(code) is not null)) return Problems.UnknownRegion(text);
            if (!regions.Contains(code)) regions.Add(code);
            if (regions.Count > RegionsAtMost) return Problems.Invalid("region", $"'region' names at most {RegionsAtMost} regions.");
        }

        var span = series.Span(query, RowsAtMost);
        if (query.Faults.Count > 0) return Problems.Invalid(query.Faults);

        var service = ServiceKey.Parse(query.Text("service")!);
        if (regions.Count == 0) regions = [RegionCode.All, .. (await store.ReadRegions(service)).Keys.OrderBy(region => region.Value, StringComparer.Ordinal)];
        var rows = (long)((span.To - span.From) / span.Step) * regions.Count;
        if (rows > RowsAtMost)
            return Problems.Invalid("interval", $"That is {rows} rows of {regions.Count} regions, more than {RowsAtMost}; take a longer interval, a shorter span or fewer regions.");

        return await streams.Write(http, form, $"{service.Value}-series", SeriesTable, Rows());

        async IAsyncEnumerable<IReadOnlyList<SeriesRow>> Rows()
        {
            var steps = Math.Clamp((int)(SpanAtOnce / span.Step), 1, StepsAtOnce);
            foreach (var region in regions)
            {
                for (var from = span.From; from < span.To; from += steps * span.Step)
                {
                    var to = from + steps * span.Step;
                    var read = await series.Read(new(service, region), span with { From = from, To = to < span.To ? to : span.To });
                    yield return [.. read.Points.Select(point => new SeriesRow(read.Service, read.Region, point.At, read.Interval, point.Reports, point.Expected, point.Usual?.Low, point.Usual?.High))];
                }
            }
        }
    }

    /// <summary>Incidents as CSV or NDJSON (<c>format</c> csv or ndjson, else by Accept), newest first. Filters as for the list: <c>service</c>, <c>region</c>, <c>state</c>, <c>from</c> and <c>to</c> (moment of opening; default the last 30 days, at most 366). At most 50,000 incidents.</summary>
    internal static async Task<IResult> Incidents(HttpContext http, IncidentStore archive, IncidentReader reader, ExportStreams streams, TimeProvider clock)
    {
        var query = new Queries(http);
        var form = ExportForms.Of(http.Request, query);
        var states = query.Words<IncidentState>("state");

        // Without an end that stays, an incident that opens meanwhile would push another onto the next page.
        var to = query.Moment("to") ?? clock.GetUtcNow();
        var from = query.Moment("from") ?? to - IncidentsFrom;
        query.CheckNames();
        if (from >= to) query.Faults.TryAdd("from", "'from' lies before 'to', and before now.");
        else if (to - from > IncidentsSpan) query.Faults.TryAdd("from", $"'from' lies at most {IncidentsSpan.TotalDays} days before 'to'.");
        if (query.Faults.Count > 0) return Problems.Invalid(query.Faults);

        var (service, region) = (query.Text("service"), query.Text("region"));
        if (await archive.Count(from, to, service) is var count && count > IncidentsAtMost)
            return Problems.Invalid("from", $"That is {count} incidents, more than {IncidentsAtMost}; take a shorter span or one service.");

        return await streams.Write(http, form, service is null ? "incidents" : $"{service}-incidents", IncidentTable, Rows());

        async IAsyncEnumerable<IReadOnlyList<IncidentAnswer>> Rows()
        {
            for (var skip = 0; ; skip += IncidentsAtOnce)
            {
                var open = reader.Open();
                var page = await archive.List(from, to, skip, IncidentsAtOnce, service);
                yield return
                [
                    .. page.Select(incident => open.GetValueOrDefault(incident.Id, incident))
                        .Where(incident => IncidentsApi.Matches(incident, service, region, states)).Select(IncidentAnswers.From),
                ];
                if (page.Count < IncidentsAtOnce) yield break;
            }
        }
    }
}
