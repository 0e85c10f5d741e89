namespace Aggregator.Benchmarks;

/// <summary>Single reports, as people affected send them.</summary>
internal sealed record ReportRequests(IReadOnlyList<string> Services, RequestSet Set)
{
    public const string Route = "/v1/services/{service}/reports";

    /// <summary>All about one service in one region.</summary>
    public static ReportRequests HotKey(bool oneReporter) => Of(["x"], ["US"], oneReporter ? "203.0.113.7" : RequestSet.AddressPlace);

    /// <summary>About every pair of these services and regions alike.</summary>
    public static ReportRequests Keys(IEnumerable<string> services, IEnumerable<string> regions) => Of([.. services], regions, RequestSet.AddressPlace);

    private static ReportRequests Of(IReadOnlyList<string> services, IEnumerable<string> regions, string reporter) => new(services, new(
        HttpMethod.Post,
        [.. services.Select(service => Route.Replace("{service}", service))],
        [new("X-Forwarded-For", reporter)],
        [.. regions.Select(region => $$"""{"symptom":"login","region":"{{region}}"}""")]));
}
