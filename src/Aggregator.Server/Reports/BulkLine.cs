using System.Text.Json.Serialization;

namespace Aggregator.Server;

/// <summary>One line of <c>POST /v1/reports</c>.</summary>
/// <param name="At">When it was seen, with an offset from UTC: up to 24 h back or 60 s ahead; absent: now.</param>
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
    [JsonStringEnumMemberName("unknown-field")] UnknownField,
}

/// <summary>A refused line.</summary>
public sealed record LineError(int Line, LineReason Reason, string Detail);
