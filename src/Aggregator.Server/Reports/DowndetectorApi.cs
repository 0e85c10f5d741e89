using System.Text.Json.Serialization;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

/// <summary>One bar of a series as Downdetector gives it; what else it holds, such as <c>indicators</c>, is passed over.</summary>
/// <param name="PointInTime">When the bar begins; without an offset it is UTC, and seconds are left out.</param>
/// <param name="Total">How many reports it holds; none: nothing is known of it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record DowndetectorPoint([property: JsonPropertyName("point_in_time")] string? PointInTime, long? Total);

/// <summary>What was set.</summary>
/// <param name="Points">How many bars.</param>
/// <param name="Minutes">How many minutes they are.</param>
/// <param name="LeftOut">How many bars were left out: those without a total, and the one that is not over yet.</param>
public sealed record DowndetectorAnswer(string Service, string Region, string Interval, int Points, long Minutes, int LeftOut);

/// <summary>The past of one service in one region, from a series of bars.</summary>
internal static class DowndetectorApi
{
    private const int BodyAtMost = 16 * 1024 * 1024;
    private const int PointsAtMost = 100_000;
    private const int FaultsTold = 100;
    private const string Usual = "15m";

    private static readonly Dictionary<string, int> Intervals = new() { ["1m"] = 1, ["5m"] = 5, [Usual] = 15, ["30m"] = 30, ["1h"] = 60 };

    private static RouteParameter Interval { get; } = new("interval", $"How long a bar is; {Usual} unless told otherwise.") { Words = [.. Intervals.Keys] };

    extension(IEndpointRouteBuilder routes)
    {
        public void MapDowndetector() => routes
            .MapPost("/v1/history/downdetector", Import)
            .WithTags("Reports")
            .Reads(RouteParameter.Service with { Required = true }, RouteParameter.Region with { Required = true, Description = "The code of a region." }, Interval)
            .RequireScope(OperatorScopes.Collect)
            .WithMetadata(new RequestSizeLimit(BodyAtMost))
            .ProducesProblem(400).ProducesProblem(404);
    }

    /// <summary>Sets minute counts of the past from an array of bars of one <c>service</c> and <c>region</c>, each spread evenly over its <c>interval</c> (1m, 5m, 15m, 30m or 1h; 15m unless told otherwise). Nothing is set where a bar has a fault.</summary>
    internal static async Task<Results<Ok<DowndetectorAnswer>, ProblemHttpResult>> Import(
        HttpContext http, IReadOnlyList<DowndetectorPoint?> points, Catalog catalog, IGrainFactory grains, TimeProvider clock)
    {
        var query = new Queries(http);
        if (query.Text("service") is null) query.Faults["service"] = "'service' names the service whose past this is.";
        if (query.Text("region") is null) query.Faults["region"] = "'region' names the region whose past this is.";
        var interval = query.Text("interval");
        if (interval is not null && !Intervals.ContainsKey(interval)) query.Faults["interval"] = $"'interval' is one of {string.Join(", ", Intervals.Keys)}.";
        if (points.Count is 0 or > PointsAtMost) query.Faults["$"] = $"The body is an array of 1 to {PointsAtMost} bars.";
        if (query.Faults.Count > 0) return Problems.Invalid(query.Faults);
        if (!ServiceKey.TryParse(query.Text("service"), out var service) || catalog.Find(service) is null) return Problems.UnknownService(query.Text("service")!);
        if (catalog.Names.Region(query.Text("region")) is not { } region) return Problems.UnknownRegion(query.Text("region")!);

        var faults = new Dictionary<string, string>();
        var minutes = Intervals[interval ?? Usual];
        var bars = Read(points, interval, minutes, clock.GetUtcNow(), faults);
        if (faults.Count > 0) return Problems.Invalid(faults);

        if (bars.Count > 0)
        {
            var runs = bars.Select(bar => new MinuteRun(bar.From, [.. Bars.Spread(bar.Total, minutes).Select(count => (long?)count)])).ToList();
            await HistoryApi.Train(service, [new(new(service, region), runs)], grains);
        }

        return TypedResults.Ok(new DowndetectorAnswer(service.Value, region.Value, interval ?? Usual, bars.Count, (long)bars.Count * minutes, points.Count - bars.Count));
    }

    private static List<Bar> Read(IReadOnlyList<DowndetectorPoint?> points, string? interval, int minutes, DateTimeOffset now, Dictionary<string, string> faults)
    {
        var bars = new List<Bar>(points.Count);
        for (var i = 0; i < points.Count && faults.Count < FaultsTold; i++)
        {
            if (Fault(points[i], now, out var from) is { } fault) faults[$"[{i}]"] = $"Bar {i}: {fault}";
            else bars.Add(new(i, from, points[i]!.Total));
        }

        // One that follows too soon would count some minutes twice, and where all are farther apart than they are long, they are not what they are taken for.
        bars.Sort((one, other) => one.From.CompareTo(other.From));
        var nearest = TimeSpan.MaxValue;
        for (var i = 1; i < bars.Count && faults.Count < FaultsTold; i++)
        {
            var distance = bars[i].From - bars[i - 1].From;
            if (distance < nearest) nearest = distance;
            if (distance < TimeSpan.FromMinutes(minutes))
                faults[$"[{bars[i].Number}]"] = $"Bar {bars[i].Number}: it begins {distance.TotalMinutes:0} minutes after another, and a bar has {minutes}; say how long they are with 'interval'.";
        }

        if (interval is null && faults.Count == 0 && bars.Count > 1 && nearest > TimeSpan.FromMinutes(minutes))
            faults["interval"] = $"No two bars are {minutes} minutes apart, the nearest {nearest.TotalMinutes:0}; say how long they are with 'interval'.";

        bars.RemoveAll(bar => bar.Counted is null || bar.From.AddMinutes(minutes) > now);
        return bars;
    }

    private static string? Fault(DowndetectorPoint? point, DateTimeOffset now, out DateTimeOffset from)
    {
        from = default;
        if (point is null) return "a bar is a JSON object.";

        // The format of others, in which a moment without an offset is UTC.
        if (!Rfc3339.TryParse(point.PointInTime, out var moment) && !Rfc3339.TryParse($"{point.PointInTime}Z", out moment)) return $"'point_in_time' is {Rfc3339.Rule}.";

        from = BucketGrid.Minute.StartOf(BucketGrid.Minute.IndexOf(moment));
        if (from > now) return "'point_in_time' has not come yet.";
        if (from < now - HistoryApi.Back) return $"'point_in_time' is more than {HistoryApi.Back.TotalDays} days back.";
        return point.Total is < 0 or > HistoryApi.CountAtMost ? $"'total' is 0 to {HistoryApi.CountAtMost}, or null." : null;
    }

    private readonly record struct Bar(int Number, DateTimeOffset From, long? Counted)
    {
        public long Total => Counted ?? 0;
    }
}
