using System.Text.Encodings.Web;
using System.Text.Json;
using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>A time in which a series was above normal, as the detector said at its shipped thresholds.</summary>
/// <param name="Level">The highest level reached.</param>
/// <param name="Start">The start of the first bucket that was judged so.</param>
/// <param name="End">The end of the last; where it goes on at the end of the rows, of the last so far.</param>
/// <param name="Observed">Reports in the window that decided at the peak.</param>
/// <param name="Expected">Reports that were usual for it.</param>
internal sealed record ScoreEpisode(Level Level, DateTimeOffset Start, DateTimeOffset End, double PeakScore, double Observed, double Expected)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string ToJson(string series) => JsonSerializer.Serialize(
        new
        {
            series,
            level = Level.ToString(),
            start = Text(Start),
            end = Text(End),
            peakScore = Math.Round(PeakScore, 4),
            observed = Math.Round(Observed, 3),
            expected = Math.Round(Expected, 3),
        },
        Json);

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");
}
