namespace Aggregator.Server;

/// <summary>An address that a page or a feed links to.</summary>
internal static class WebAddress
{
    private const int LengthAtMost = 2000;

    /// <summary>What such an address is, to end the sentence that refuses something else.</summary>
    public static readonly string Rule = $"an http or https address of at most {LengthAtMost} characters, {XmlText.Rule}";

    public static bool IsOne(string text) =>
        text.Length <= LengthAtMost && XmlText.IsLine(text) && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
}
