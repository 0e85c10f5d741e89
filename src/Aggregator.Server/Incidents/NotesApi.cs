using System.Text.Json.Serialization;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

/// <summary>The official word on an incident.</summary>
/// <param name="Text">1 to 2,000 characters, plain.</param>
/// <param name="Source">Where it was said first: an http or https address.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record WriteNote(string? Text, string? Source);

internal static class NotesApi
{
    private const int TextAtMost = 2000;

    extension(IEndpointRouteBuilder routes)
    {
        public void MapNotes() => routes.MapPost("/v1/incidents/{id}/notes", Write).WithTags("Incidents").RequireScope(OperatorScopes.Operate)
            .WithMetadata(new RequestSizeLimit(32 * 1024)).Produces<IncidentAnswer>(201).ProducesProblem(400).ProducesProblem(404);
    }

    // Control characters, and those that turn the direction of what follows.
    private static bool IsUnseen(char letter) =>
        (char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')) || letter is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>Adds a note: it is shown, fed and sent.</summary>
    internal static async Task<Results<Created<IncidentAnswer>, ProblemHttpResult>> Write(string id, WriteNote body, IGrainFactory grains, IncidentStore archive, Catalog catalog)
    {
        var faults = new Dictionary<string, string>();
        var text = body.Text?.Trim();
        if (text is not { Length: >= 1 and <= TextAtMost }) faults["text"] = $"'text' has 1 to {TextAtMost} characters.";
        else if (text.Any(IsUnseen) || !XmlText.IsText(text)) faults["text"] = $"'text' is plain: tabs and ends of lines, and else {XmlText.Rule} or marks of direction.";
        if (body.Source is not null && !WebAddress.IsOne(body.Source)) faults["source"] = $"'source' is {WebAddress.Rule}.";
        if (faults.Count > 0) return Problems.Invalid(faults);

        if (await archive.Find(id) is not { } known) return Problems.UnknownIncident(id);
        if (known.Notes is { IsDefault: false, Length: >= Incident.NotesAtMost }) return Problems.Invalid("text", $"The incident has {Incident.NotesAtMost} notes already.");
        return await grains.GetGrain<IServiceGrain>(known.Service).Note(id, text!, body.Source) is { } noted
            ? TypedResults.Created($"/v1/incidents/{id}", IncidentAnswers.From(noted)) : Problems.UnknownIncident(id);
    }
}
