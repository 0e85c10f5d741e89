using System.Buffers;

namespace Aggregator.Domain;

/// <summary>The shapes that names take.</summary>
internal static class Shape
{
    private static readonly SearchValues<char> Lower = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly SearchValues<char> Symptom = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-+_.");
    private static readonly SearchValues<char> Upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    public static bool IsLowerKey(string? text, int maxLength) => IsMadeOf(Lower, text, maxLength);

    public static bool IsSymptom(string? text, int maxLength) => IsMadeOf(Symptom, text, maxLength) && char.IsAsciiLetterOrDigit(text![0]);

    public static bool IsUpperCode(string? text, int maxLength) => IsMadeOf(Upper, text, maxLength);

    private static bool IsMadeOf(SearchValues<char> letters, string? text, int maxLength) =>
        text is { Length: > 0 } && text.Length <= maxLength && text[0] != '-' && !text.AsSpan().ContainsAnyExcept(letters);
}
