using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>The walk of one report from the door to the store, for the API and for the form on the page.</summary>
internal sealed class ReportTaking(
    Catalog catalog, ReporterGate gate, Intake intake, RegionHints hints, IOptions<RegionOptions> regions, TimeProvider clock)
{
    private const int CommentAtMost = 280;
    private static readonly TimeSpan GlancePatience = TimeSpan.FromMilliseconds(500);

    public async ValueTask<(ReportAnswer? Answer, ProblemHttpResult? Problem)> Take(string service, SubmitReport body, HttpContext http)
    {
        if (!ServiceKey.TryParse(service, out var key)) return (null, Problems.Invalid(Problems.InvalidService(service)));
        if (catalog.Find(key) is not { } known) return (null, Problems.UnknownService(service));
        if (Check(body, known, http, out var region) is { } faults) return (null, Problems.Invalid(faults));

        try
        {
            var now = clock.GetUtcNow();
            var symptom = body.Symptom ?? SymptomKey.Other.Value;
            var series = new SeriesKey(key, region);
            var report = await gate.Identify(new(series, now, symptom, 1, null, null, Comment: CommentJson.Write(body.Comment, region, symptom, now)), http);
            var (result, line) = await intake.Submit(report);
            if (result != IntakeResult.Committed) return (null, Problems.Of(result));

            var glance = await hints.Glance(series, GlancePatience);
            var bucket = BucketGrid.TenSeconds.StartOf(BucketGrid.TenSeconds.IndexOf(now));
            return (new(line.Outcome, service, region.Value, symptom, bucket,
                glance?.Level ?? Level.Unknown, glance?.Reports15m, glance is { } seen ? Math.Round(seen.Expected15m, 2) : null), null);
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return (null, Problems.ReportsRefused(StoreFaults.Of(error)!.Value));
        }
    }

    private Dictionary<string, string>? Check(SubmitReport body, CatalogService service, HttpContext http, out RegionCode region)
    {
        var inRegion = RegionOf(body, http, out region);
        var symptomIsKnown = body.Symptom is not { } symptom || service.Symptoms.Contains(symptom);
        if (inRegion && symptomIsKnown && !(body.Comment?.Length > CommentAtMost)) return null;

        var faults = new Dictionary<string, string>();
        if (!symptomIsKnown) faults["symptom"] = $"'symptom' is one of {string.Join(", ", service.Symptoms)}.";
        if (body.Comment?.Length > CommentAtMost) faults["comment"] = $"'comment' has at most {CommentAtMost} characters.";
        if (!inRegion) faults["region"] = "'region' is not a region of the catalog; GET /v1/regions lists them.";
        return faults;
    }

    private bool RegionOf(SubmitReport body, HttpContext http, out RegionCode region)
    {
        if (regions.Value.Header is { Length: > 0 } header)
        {
            // The header is trusted, so what it does not know is nowhere in particular, not a fault of the reporter's.
            region = catalog.Names.Region(http.Request.Headers[header].ToString().Trim()) ?? RegionCode.Elsewhere;
            return true;
        }

        var named = body.Region is null ? RegionCode.Elsewhere : catalog.Names.Region(body.Region);
        region = named ?? RegionCode.Elsewhere;
        return named is not null;
    }
}

/// <summary>How a report's region is found.</summary>
public sealed class RegionOptions
{
    public const string Section = "Regions";

    /// <summary>A header with the reporter's region that a proxy of <c>ForwardedHeaders:KnownNetworks</c> sets; it wins over the body.</summary>
    /// <value>header; such as `CF-IPCountry`</value>
    public string? Header { get; set; }
}
