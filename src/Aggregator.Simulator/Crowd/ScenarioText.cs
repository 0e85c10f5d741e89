using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aggregator.Simulator;

/// <summary>A scenario as it is written in its file; the README of this project says what each word means.</summary>
internal sealed record ScenarioText(
    string About, string Date, string Start, string End, string History, EverydayText Everyday, Dictionary<string, ServiceText> Services)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <exception cref="JsonException">The text is not JSON, lacks a word, or has one too many.</exception>
    public static ScenarioText Parse(string json) =>
        JsonSerializer.Deserialize<ScenarioText>(json, Options) ?? throw new JsonException("The file holds null.");
}

internal sealed record EverydayText(double[] Day, double Weekend);

internal sealed record ServiceText(Dictionary<string, double> Symptoms, Dictionary<string, RegionText> Regions, WaveText[] Waves);

internal sealed record RegionText(double PerHour, double UtcOffset);

internal sealed record WaveText(string Name, string Onset, PhaseText[] Phases, [property: JsonPropertyName("peak15m")] Dictionary<string, double> Peaks, string? Note = null);

internal sealed record PhaseText(string For, double To, string Curve = "linear");
