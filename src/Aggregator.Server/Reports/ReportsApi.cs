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

internal static class ReportsApi
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapReports() => routes
            .MapPost("/v1/services/{service}/reports", Submit)
            .WithTags("Reports")
            .RequireRateLimiting(RateLimits.PerReporter)
            .WithMetadata(new RequestSizeLimit(4096));
    }

    /// <summary>Says that a service does not work for you.</summary>
    internal static async Task<Results<Accepted<ReportAnswer>, ProblemHttpResult>> Submit(string service, SubmitReport body, HttpContext http, ReportTaking taking) =>
        await taking.Take(service, body, http) switch
        {
            ({ } answer, _) => TypedResults.Accepted($"/v1/services/{service}", answer),
            (_, { } problem) => problem,
            _ => throw new InvalidOperationException("A report was neither taken nor refused."),
        };
}
