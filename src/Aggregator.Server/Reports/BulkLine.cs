using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>One line of <c>POST /v1/reports</c>.</summary>
/// <param name="At">When it was seen: up to 24 h back or 60 s ahead; absent: now.</param>
/// <param name="Reporter">Who, in the caller's own words, at most 256 characters; absent: nothing is deduplicated.</param>
/// <param name="Network">From which network, at most 256 characters; absent: no share is asked for.</param>
/// <param name="Count">How many reports the line stands for, 1 to 1,000,000; more than 1 only without a reporter.</param>
public sealed record BulkLine(string? Service, string? Region, string? Symptom = null, DateTimeOffset? At = null, string? Reporter = null, string? Network = null, int? Count = null);

/// <summary>Why a line was refused.</summary>
public enum LineReason
{
    [JsonStringEnumMemberName("bad-json")] BadJson,
    [JsonStringEnumMemberName("line-too-long")] LineTooLong,
    [JsonStringEnumMemberName("unknown-service")] UnknownService,
    [JsonStringEnumMemberName("unknown-region")] UnknownRegion,
    [JsonStringEnumMemberName("unknown-symptom")] UnknownSymptom,
    [JsonStringEnumMemberName("too-old")] TooOld,
    [JsonStringEnumMemberName("from-future")] FromFuture,
    [JsonStringEnumMemberName("bad-count")] BadCount,
    [JsonStringEnumMemberName("bad-reporter")] BadReporter,
}

/// <summary>A refused line.</summary>
public sealed record LineError(int Line, LineReason Reason, string Detail);

/// <summary>Reads and checks the lines of one bulk request.</summary>
internal sealed class BulkLineReader(Catalog catalog, ReporterKeys keys, TimeSpan dedupWindow, DateTimeOffset now)
{
    public const int LineAtMost = 4096;
    private const int CountAtMost = 1_000_000;
    private const int NameAtMost = 256;
    private static readonly TimeSpan Back = TimeSpan.FromHours(24);
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.Strict };

    public async ValueTask<(Report? Report, LineError? Error)> Read(int number, ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is null) return Refuse(LineReason.LineTooLong, $"A line has at most {LineAtMost} bytes.");

        BulkLine? line;
        try
        {
            line = JsonSerializer.Deserialize<BulkLine>(bytes.Value.Span, Json);
        }
        catch (JsonException error)
        {
            return Refuse(LineReason.BadJson, $"Not the JSON that is wanted: see {error.Path ?? "$"}, byte {error.BytePositionInLine}.");
        }

        if (line is null) return Refuse(LineReason.BadJson, "A line is a JSON object.");
        if (!ServiceKey.TryParse(line.Service, out var service) || catalog.Find(service) is not { } known)
            return Refuse(LineReason.UnknownService, "'service' is not in the catalog.");
        if (!RegionCode.TryParse(line.Region, out var region) || region.IsAll || catalog.Find(region) is null)
            return Refuse(LineReason.UnknownRegion, "'region' is not a region of the catalog.");
        if (line.Symptom is not null && !known.Symptoms.Contains(line.Symptom))
            return Refuse(LineReason.UnknownSymptom, $"'symptom' is one of {string.Join(", ", known.Symptoms)}.");
        if (line.At < now - Back) return Refuse(LineReason.TooOld, "'at' is more than 24 hours back.");
        if (line.At > now + Ahead) return Refuse(LineReason.FromFuture, "'at' is more than 60 seconds ahead.");
        if (line.Count is < 1 or > CountAtMost) return Refuse(LineReason.BadCount, $"'count' is 1 to {CountAtMost}.");
        if (line is { Count: > 1, Reporter: not null }) return Refuse(LineReason.BadCount, "'count' is 1 where there is a 'reporter': one reporter is one report.");
        if (line.Reporter is { Length: 0 or > NameAtMost } || line.Network is { Length: 0 or > NameAtMost })
            return Refuse(LineReason.BadReporter, $"'reporter' and 'network' have 1 to {NameAtMost} characters.");

        var at = line.At ?? now;
        var names = line.Reporter is null && line.Network is null ? default : await keys.Around(at, dedupWindow);
        return (new Report(
            new(service, region), at, line.Symptom ?? SymptomKey.Other.Value, line.Count ?? 1,
            line.Reporter is null ? null : names.Pseudonym(Encoding.UTF8.GetBytes($"{service} {line.Reporter}")),
            line.Network is null ? null : names.Pseudonym(Encoding.UTF8.GetBytes($"{service} {line.Network}")),
            line.Reporter is null ? null : names.PseudonymBefore(Encoding.UTF8.GetBytes($"{service} {line.Reporter}"))), null);

        (Report?, LineError?) Refuse(LineReason reason, string detail) => (null, new(number, reason, detail));
    }
}
