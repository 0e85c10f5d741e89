using System.Text.Json;
using System.Text.Json.Serialization;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aggregator.Server;

/// <summary>One line of <c>POST /v1/history</c>: minute counts of the past.</summary>
/// <param name="From">The first minute; a whole one, at most 45 days back.</param>
/// <param name="Interval"><c>1m</c>.</param>
/// <param name="Counts">Counts minute after minute, up to now; a null is a gap.</param>
public sealed record HistoryLine(string? Service, string? Region, DateTimeOffset? From, string? Interval, IReadOnlyList<long?>? Counts);

/// <summary>How many series and minutes were set.</summary>
public sealed record HistoryAnswer(int Series, long Minutes);

internal static class HistoryApi
{
    private const int BodyAtMost = 64 * 1024 * 1024;
    private const int LineAtMost = 1024 * 1024;
    private const int FaultsTold = 100;
    private const int RegionsAtOnce = 2;
    internal const long CountAtMost = 1_000_000_000;
    internal static readonly TimeSpan Back = TimeSpan.FromDays(45);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new UtcJson() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    extension(IEndpointRouteBuilder routes)
    {
        public void MapHistory() => routes
            .MapPost("/v1/history", Import)
            .WithTags("Reports")
            .AcceptsLinesOf<HistoryLine>()
            .RequireScope(OperatorScopes.Collect)
            .WithMetadata(new RequestSizeLimit(BodyAtMost));
    }

    /// <summary>Sets minute counts of the past and learns from them what is usual. Nothing is set where a line has a fault.</summary>
    internal static async Task<Results<Ok<HistoryAnswer>, ProblemHttpResult>> Import(HttpContext http, Catalog catalog, IGrainFactory grains, TimeProvider clock)
    {
        if (!NdjsonReader.Accepts(http.Request)) return Problems.WrongMediaType(MediaTypes.Ndjson[0]);

        var now = clock.GetUtcNow();
        var faults = new Dictionary<string, string>();
        var runs = new Dictionary<SeriesKey, List<MinuteRun>>();
        await foreach (var (number, bytes) in NdjsonReader.Lines(http.Request.BodyReader, LineAtMost))
        {
            if (Read(bytes, catalog, now, out var series, out var run) is { } fault) faults[$"line {number}"] = $"Line {number}: {fault}";
            else if (runs.TryGetValue(series, out var known)) known.Add(run!);
            else runs[series] = [run!];
            if (faults.Count == FaultsTold) break;
        }

        if (faults.Count > 0) return Problems.Invalid(faults);

        foreach (var service in runs.GroupBy(series => series.Key.Service)) await Train(service.Key, [.. service], grains);

        return TypedResults.Ok(new HistoryAnswer(runs.Count, runs.Values.Sum(series => series.Sum(run => (long)run.Counts.Length))));
    }

    /// <summary>Weeks of many regions are much work: done a few regions and a day of ALL at a time, so that reports do not wait behind it.</summary>
    internal static async Task Train(ServiceKey service, KeyValuePair<SeriesKey, List<MinuteRun>>[] series, IGrainFactory grains)
    {
        foreach (var some in series.Chunk(RegionsAtOnce))
            await Task.WhenAll(some.Select(one => grains.GetGrain<IRegionGrain>(one.Key.ToString()).Import([.. one.Value])));

        var all = grains.GetGrain<IRegionGrain>(new SeriesKey(service, RegionCode.All).ToString());
        foreach (var day in series.SelectMany(one => one.Value).SelectMany(HoursOf).Distinct().GroupBy(hour => hour / 24)) await all.AddUp([.. day]);

        foreach (var some in series.Chunk(RegionsAtOnce))
            await Task.WhenAll(some.Select(one => grains.GetGrain<IRegionGrain>(one.Key.ToString()).Relearn()));
        await all.Relearn();
    }

    private static string? Read(ReadOnlyMemory<byte>? bytes, Catalog catalog, DateTimeOffset now, out SeriesKey series, out MinuteRun? run)
    {
        (series, run) = (default, null);
        if (bytes is null) return $"a line has at most {LineAtMost} bytes.";

        HistoryLine? line;
        try
        {
            line = JsonSerializer.Deserialize<HistoryLine>(bytes.Value.Span, Json);
        }
        catch (JsonException error)
        {
            return $"not the JSON that is wanted: {Problems.FieldFault(error)?.Sentence ?? $"see {error.Path ?? "$"}, byte {error.BytePositionInLine}."}";
        }

        if (line is null) return "a line is a JSON object.";
        if (!ServiceKey.TryParse(line.Service, out var service) || catalog.Find(service) is null) return "'service' is not in the catalog.";
        if (catalog.Names.Region(line.Region) is not { } region) return "'region' is not a region of the catalog.";
        if (line.Interval != "1m") return "'interval' is 1m.";
        if (line.From is not { } from || from.UtcTicks % TimeSpan.TicksPerMinute != 0) return "'from' is a whole minute.";
        if (from < now - Back) return "'from' is more than 45 days back.";
        if (from > now) return "'from' has not come yet.";
        if (line.Counts is not { Count: > 0 } counts) return "'counts' lists at least one count.";
        if (from.AddMinutes(counts.Count - 1) > now) return "'counts' goes on beyond now.";
        if (counts.Any(count => count is < 0 or > CountAtMost)) return $"'counts' are 0 to {CountAtMost}, or null for a gap.";

        (series, run) = (new(service, region), new(from, [.. counts]));
        return null;
    }

    private static IEnumerable<long> HoursOf(MinuteRun run)
    {
        var hours = new BucketGrid(TimeSpan.FromHours(1));
        for (var hour = hours.IndexOf(run.From); hour <= hours.IndexOf(run.From.AddMinutes(run.Counts.Length - 1)); hour++) yield return hour;
    }
}
