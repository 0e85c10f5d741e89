using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Aggregator.Server;

/// <summary>Moments as RFC 3339 writes them: a date, a time and an offset from UTC. The same at every door.</summary>
/// <remarks>
/// The framework's parsers take a text without an offset for a time in the zone of the host, and one without a date for a time today.
/// Here such a text is refused. Letters may be of either case, seconds may be absent, and a fraction finer than 100 ns is cut.
/// </remarks>
internal static partial class Rfc3339
{
    public const string Example = "2026-11-22T13:25:00Z";

    /// <summary>What a moment is, to end the sentence that refuses something else.</summary>
    public const string Rule = $"a moment with an offset from UTC, such as {Example} or 2026-11-22T14:25:00+01:00";

    private const int LongestText = 64;
    private const int LongestSecond = 27; // yyyy-MM-ddTHH:mm:ss.fffffff

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset moment)
    {
        moment = default;
        if (text.Length > LongestText || !Shape().IsMatch(text)) return false;

        Span<char> upper = stackalloc char[LongestText];
        text.ToUpperInvariant(upper);
        var zone = text.Length - (upper[text.Length - 1] == 'Z' ? 1 : "+00:00".Length);
        var second = Math.Min(zone, LongestSecond);
        upper[zone..text.Length].CopyTo(upper[second..]);
        return DateTimeOffset.TryParseExact(upper[..(second + text.Length - zone)], Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment);
    }

    /// <summary>The same for a text of JSON.</summary>
    public static bool TryRead(ref Utf8JsonReader json, out DateTimeOffset moment)
    {
        moment = default;
        if (json.TokenType != JsonTokenType.String || json.HasValueSequence || json.ValueSpan.Length > LongestText) return false;

        // The usual way to write it, which the framework reads faster and as strictly.
        if (json.ValueSpan is [.., not (byte)'.', (byte)'Z'] && json.TryGetDateTimeOffset(out moment)) return true;

        Span<char> text = stackalloc char[LongestText];
        return TryParse(text[..json.CopyString(text)], out moment);
    }

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();
}
