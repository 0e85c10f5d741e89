using System.Globalization;

namespace Aggregator.Simulator;

/// <summary>Times and spans as people write them in scenarios and on the command line.</summary>
internal static class Moments
{
    private static readonly string[] TimesOfDay = ["HH:mm", "HH:mm:ss"];
    private static readonly string[] FullTimes = ["yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    /// <summary>A time of the given day, <c>13:25</c>, or a full one, <c>2025-03-10T13:25Z</c>; UTC in both.</summary>
    public static bool TryParse(string text, DateOnly day, out DateTimeOffset moment)
    {
        moment = default;
        if (TimeOnly.TryParseExact(text, TimesOfDay, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            moment = new(day, time, TimeSpan.Zero);
            return true;
        }

        return DateTimeOffset.TryParseExact(text, FullTimes, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);
    }

    /// <summary>A span: <c>90s</c>, <c>8m</c>, <c>1h30m</c>, <c>14d</c>, or <c>0</c>.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = TimeSpan.Zero;
        if (text == "0") return true;

        var (seconds, digits, units) = (0L, 0, "dhms");
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                if (++digits > 7) return false;
                continue;
            }

            var unit = units.IndexOf(text[i], StringComparison.Ordinal);
            if (unit < 0 || digits == 0) return false;
            seconds += int.Parse(text.AsSpan(i - digits, digits), CultureInfo.InvariantCulture) * (text[i] switch { 'd' => 86_400L, 'h' => 3_600, 'm' => 60, _ => 1 });
            // From large units to small ones, each at most once.
            (digits, units) = (0, units[(unit + 1)..]);
        }

        span = TimeSpan.FromSeconds(seconds);
        return digits == 0 && text.Length > 0;
    }

    /// <summary>A span as a person would say it: <c>22 s</c>, <c>8 min 30 s</c>, <c>2 h 05 min</c>.</summary>
    public static string InWords(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1.5 } => $"{span.TotalSeconds:0} s",
        { TotalHours: < 1 } => $"{(int)span.TotalMinutes} min {span.Seconds:00} s",
        _ => $"{(int)span.TotalHours} h {span.Minutes:00} min",
    };
}
