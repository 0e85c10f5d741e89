using System.Text.Json;

namespace Aggregator.Simulator;

/// <summary>What became of one report.</summary>
internal sealed record ReportAnswer(
    string Outcome, string Service, string Region, string Symptom, DateTimeOffset Bucket, string Level, double Reports15m, double Expected15m);

/// <summary>What became of many.</summary>
internal sealed record BulkAnswer(long Accepted, long Duplicate, long Quarantined, long Rejected, IReadOnlyList<LineError>? Errors);

/// <summary>Why a line was rejected.</summary>
internal sealed record LineError(long Line, string Reason, string? Detail);

internal sealed record HistoryAnswer(long Series, long Minutes);

internal sealed record SpikesAnswer(IReadOnlyList<SpikeAnswer> Spikes);

/// <summary>One series that is not at its usual level.</summary>
internal sealed record SpikeAnswer(string Service, string Region, string Level, double Observed, double Expected, double? Ratio)
{
    public bool IsSpike => Level.Equals("Spike", StringComparison.OrdinalIgnoreCase);

    public bool IsUnknown => Level.Equals("Unknown", StringComparison.OrdinalIgnoreCase);
}

internal sealed record IncidentsAnswer(IReadOnlyList<IncidentAnswer> Incidents);

internal sealed record IncidentAnswer(string Id, string Service, string State, DateTimeOffset OpenedAt, DateTimeOffset? ResolvedAt)
{
    public bool IsOpen => State.Equals("open", StringComparison.OrdinalIgnoreCase);
}

internal sealed record ServicesAnswer(IReadOnlyList<ServiceName> Services, string? Next);

internal sealed record ServiceName(string Service);

internal sealed record SeriesAnswer(IReadOnlyList<SeriesPoint> Points);

internal sealed record SeriesPoint(DateTimeOffset At, long? Reports);

internal sealed record RegionsAnswer(IReadOnlyList<RegionName> Regions);

internal sealed record RegionName(string Region, string Name);

/// <summary>A service of the catalog. The symptoms come as a list or, with their counts, as an object.</summary>
internal sealed record ServiceAnswer(string Name, string? Category, string? Homepage, JsonElement Symptoms)
{
    public IEnumerable<string> SymptomNames => Symptoms.ValueKind switch
    {
        JsonValueKind.Object => Symptoms.EnumerateObject().Select(symptom => symptom.Name),
        JsonValueKind.Array => Symptoms.EnumerateArray().Where(symptom => symptom.ValueKind == JsonValueKind.String).Select(symptom => symptom.GetString()!),
        _ => [],
    };
}

/// <summary>Bodies that are sent.</summary>
internal sealed record NewReport(string? Symptom, string? Region, string? Comment);

internal sealed record NewService(string Name, string Category, string? Homepage, IReadOnlyList<string> Symptoms);

internal sealed record NewRegion(string Name);
