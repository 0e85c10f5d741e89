using System.Net;
using System.Text.Json;

namespace Aggregator.Simulator;

/// <summary>The aggregator said no; the message is its problem (RFC 9457) as a person reads it.</summary>
internal sealed class ApiException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    public static async Task<ApiException> From(HttpResponseMessage answer, CancellationToken cancel)
    {
        var request = answer.RequestMessage;
        var asked = request is null ? "" : $"{request.Method} {request.RequestUri?.PathAndQuery} -> ";
        return new(answer.StatusCode, $"{asked}{(int)answer.StatusCode} {Read(await answer.Content.ReadAsStringAsync(cancel), answer.ReasonPhrase)}");
    }

    private static string Read(string body, string? otherwise)
    {
        try
        {
            var problem = JsonSerializer.Deserialize<ProblemText>(body, JsonSerializerOptions.Web);
            if (problem?.Title is null && problem?.Detail is null) return $"{otherwise}";
            var lines = new List<string> { $"{problem.Title ?? otherwise} ({problem.Type})" };
            if (problem.Detail is not null) lines.Add(problem.Detail);
            foreach (var (field, faults) in problem.Errors ?? []) lines.Add($"{field}: {string.Join(' ', faults)}");
            return string.Join("\n  ", lines);
        }
        catch (JsonException)
        {
            return $"{otherwise}";
        }
    }

    private sealed record ProblemText(string? Type, string? Title, string? Detail, Dictionary<string, string[]>? Errors);
}
