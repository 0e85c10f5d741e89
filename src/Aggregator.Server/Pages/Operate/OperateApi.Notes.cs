using Aggregator.Grains;
using Aggregator.Server.Operate;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

internal static partial class OperateApi
{
    private const int IncidentsAtMost = 50;

    private static void MapNotes(RouteGroupBuilder pages)
    {
        pages.MapGet("/", ListIncidents);
        var changing = pages.Changing();
        changing.MapGet("/{id}", (string id, IncidentReader reader, Catalog catalog, TimeProvider clock) => NoteForm(id, "", "", FormFaults.None, reader, catalog, clock));
        changing.MapPost("/{id}", WriteNote);
    }

    /// <summary>What is open, and the last that are over.</summary>
    private static async Task<IResult> ListIncidents(IncidentReader reader, IncidentStore archive, Catalog catalog, TimeProvider clock)
    {
        var open = reader.Open();
        var listed = open.Values.Concat((await archive.List(null, null, 0, IncidentsAtMost)).Where(incident => !open.ContainsKey(incident.Id)));
        return Page<OperateIncidentsPage>(
            (nameof(OperateIncidentsPage.Incidents), listed.OrderByDescending(incident => incident.ResolvedAt is null).ThenByDescending(incident => incident.OpenedAt)
                .Select(incident => (IncidentAnswers.From(incident), NameOf(incident.Service, catalog))).ToList()),
            (nameof(OperateIncidentsPage.Now), clock.GetUtcNow()));
    }

    private static async Task<IResult> WriteNote(string id, HttpContext http, IncidentReader reader, IGrainFactory grains, IncidentStore archive, Catalog catalog, TimeProvider clock)
    {
        var (text, source) = (http.Request.Form["text"].ToString(), http.Request.Form["source"].ToString().Trim());
        return (await NotesApi.Write(id, new(text, source.Length == 0 ? null : source), grains, archive, catalog)).Result is ProblemHttpResult problem
            ? await NoteForm(id, text, source, FormFaults.Of(problem), reader, catalog, clock)
            : TypedResults.LocalRedirect($"~/incidents/{id}");
    }

    private static async Task<IResult> NoteForm(string id, string text, string source, FormFaults faults, IncidentReader reader, Catalog catalog, TimeProvider clock) =>
        await reader.Find(id) is not { } incident ? Missing(Problems.UnknownIncident(id)) : Page<OperateNotePage>(
            faults.Status, (nameof(OperateNotePage.Incident), IncidentAnswers.From(incident)), (nameof(OperateNotePage.Service), NameOf(incident.Service, catalog)),
            (nameof(OperateNotePage.Text), text), (nameof(OperateNotePage.Source), source), (nameof(OperateNotePage.Faults), faults), (nameof(OperateNotePage.Now), clock.GetUtcNow()));

    private static string NameOf(string service, Catalog catalog) => Known(service, catalog)?.Name ?? service;
}
