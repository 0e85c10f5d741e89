using CsCheck;

namespace Aggregator.Server.Tests;

public sealed class ShorteningTests
{
    private static readonly string[] Characters = ["a", "&", "😀", "👨‍👩‍👧‍👦", "e\u0301", "語", " "];

    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("longer", 5, "long…")]
    [InlineData("ab😀😀", 5, "ab😀…")]
    [InlineData("ab😀😀", 4, "ab…")]
    [InlineData("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 15, "👨‍👩‍👧‍👦…")]
    [InlineData("🇩🇪🇫🇷🇯🇵", 8, "🇩🇪…")]
    [InlineData("e\u0301e\u0301e\u0301", 4, "e\u0301…")]
    public void Text_is_cut_between_characters_as_readers_see_them(string text, int most, string shown) => Assert.Equal(shown, text.ShortenedTo(most));

    [Fact]
    public void Text_is_cut_before_it_is_escaped() => Assert.Equal("a&…", "a&&&".ShortenedTo(8, part => part.Replace("&", "&amp;").Length));

    [Fact]
    public void Whatever_the_text_it_fits_and_begins_as_it_began() =>
        Gen.Select(Gen.Int[0, Characters.Length - 1].Select(i => Characters[i]).Array[0, 60], Gen.Int[1, 60]).Sample((parts, most) =>
        {
            var (text, shown) = (string.Concat(parts), string.Concat(parts).ShortenedTo(most));
            return shown.Length <= most && (shown == text || (shown.EndsWith('…') && text.StartsWith(shown[..^1], StringComparison.Ordinal)));
        });
}
