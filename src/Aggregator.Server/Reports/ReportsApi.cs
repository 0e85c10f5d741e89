using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

/// <summary>"This does not work for me."</summary>
/// <param name="Symptom">One of the service's symptoms; absent: <c>other</c>.</param>
/// <param name="Region">Where the reporter is; absent: <c>ZZ</c>. A trusted geo header wins over it.</param>
/// <param name="Comment">At most 280 characters.</param>
public sealed record SubmitReport(string? Symptom = null, string? Region = null, string? Comment = null);

/// <summary>What became of a report, and how the region is.</summary>
/// <param name="Bucket">The start of the 10-second bucket it belongs to.</param>
/// <param name="Level">How the region was judged last; unknown where it could not be asked.</param>
/// <param name="Reports15m">Counted reports of the region in the last 15 minutes.</param>
/// <param name="Expected15m">What is usual for them.</param>
public sealed record ReportAnswer(
    ReportOutcome Outcome, string Service, string Region, string Symptom, DateTimeOffset Bucket, Level Level, long? Reports15m, double? Expected15m);

/// <summary>The bodies of the busiest route, without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, Converters = [typeof(UtcJson)],
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SubmitReport))]
[JsonSerializable(typeof(ReportAnswer))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <remarks>
/// This route takes the storms, so it goes the short way: it is answered as soon as it is matched, before the parts of the pipeline
/// that serve readers and operators, and reads and writes its bodies itself.
/// </remarks>
internal sealed class ReportsApi(ReportTaking taking, ReportLimits limits)
{
    public const int BodyAtMost = 4096;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Says that a service does not work for you.</summary>
    internal async Task Submit(string service, HttpContext http)
    {
        if (limits.Refuse(http) is { } refusal)
        {
            await Refuse(refusal, http);
            return;
        }

        var (body, fault) = http.Request.HasJsonContentType() ? await Read(http.Request) : (null, Problems.WrongMediaType("application/json"));
        var (answer, problem) = body is null ? (null, fault) : await taking.Take(service, body, http);
        if (answer is null)
        {
            await Refuse(problem!, http);
            return;
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(answer, ReportJson.Default.ReportAnswer);
        var response = http.Response;
        response.StatusCode = StatusCodes.Status202Accepted;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = bytes.Length;
        response.Headers.Location = $"/v1/services/{service}";
        await response.BodyWriter.WriteAsync(bytes);
    }

    private static Task Refuse(ProblemHttpResult problem, HttpContext http)
    {
        // Where the body is not read, one that is too large would end the connection under whoever uses it next.
        if (http.Request.ContentLength > BodyAtMost) http.Response.Headers.Connection = "close";
        return problem.ExecuteAsync(http);
    }

    private static async ValueTask<(SubmitReport? Body, ProblemHttpResult? Fault)> Read(HttpRequest request)
    {
        var reader = request.BodyReader;
        ReadResult read;
        try
        {
            while (!(read = await reader.ReadAsync()).IsCompleted) reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
        catch (InvalidOperationException)
        {
            // A trailer of a chunked body that is no text.
            return (null, Problems.BadBody("The body cannot be read to its end."));
        }

        var answer = Parse(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
        reader.AdvanceTo(read.Buffer.End);
        return answer;
    }

    private static (SubmitReport? Body, ProblemHttpResult? Fault) Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            if (json.StartsWith(ByteOrderMark)) json = json[ByteOrderMark.Length..];
            return JsonSerializer.Deserialize(json, ReportJson.Default.SubmitReport) is { } body
                ? (body, null)
                : (null, Problems.BadBody("The body is null; send a JSON object."));
        }
        catch (JsonException error)
        {
            return (null, Problems.BadJson(error));
        }
    }
}

internal static class ReportRoutes
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapReports() => routes
            .MapPost("/v1/services/{service}/reports", ActivatorUtilities.CreateInstance<ReportsApi>(routes.ServiceProvider).Submit)
            .WithTags("Reports")
            .Accepts<SubmitReport>("application/json")
            .Produces<ReportAnswer>(StatusCodes.Status202Accepted)
            .WithMetadata(new RequestSizeLimit(ReportsApi.BodyAtMost))
            .ShortCircuit();
    }
}
