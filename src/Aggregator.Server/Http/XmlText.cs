using System.Xml;

namespace Aggregator.Server;

/// <summary>Text as XML 1.0 can carry it: JSON and HTML can carry more, and one character too many makes a whole feed unreadable.</summary>
internal static class XmlText
{
    /// <summary>What such a text is, to end the sentence that refuses something else.</summary>
    public const string Rule = "without control characters, halves of surrogate pairs, U+FFFE or U+FFFF";

    /// <summary>Whether XML can carry the text.</summary>
    public static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i])) continue;
            if (i + 1 == text.Length || !XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) return false;
            i++;
        }

        return true;
    }

    /// <summary>Whether the text can also stand on one line.</summary>
    public static bool IsLine(string text) => IsText(text) && !text.Any(char.IsControl);

    /// <summary>The text without what XML cannot carry: for what was kept before it was refused.</summary>
    public static string Clean(string text) => IsText(text) ? text : string.Concat(text.EnumerateRunes()
        .Where(rune => rune.Utf16SequenceLength == 2 || XmlConvert.IsXmlChar((char)rune.Value)).Select(rune => rune.ToString()));
}
