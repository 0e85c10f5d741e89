using System.Xml.Linq;
using CsCheck;

namespace Aggregator.Server.Tests;

public sealed class XmlTextTests
{
    [Theory]
    [InlineData("Dis\u000bcord")]
    [InlineData("\0")]
    [InlineData("a\u001f")]
    [InlineData("\ufffe")]
    [InlineData("\uffff")]
    public void What_XML_cannot_carry_is_no_text_and_is_cleaned_away(string text)
    {
        Assert.False(XmlText.IsText(text));
        Assert.True(XmlText.IsText(XmlText.Clean(text)));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_no_text() =>
        Assert.All(new[] { "\ud83d", "\udea8\ud83d", "\ud83d\ud83d\udea8", "a\udea8b" }, What_XML_cannot_carry_is_no_text_and_is_cleaned_away);

    [Theory]
    [InlineData("\ud83d\udea8 Zürich\n\tfour")]
    [InlineData("\u0085\u202e\ufffd")]
    public void The_rest_is_text_and_stays(string text)
    {
        Assert.True(XmlText.IsText(text));
        Assert.Equal(text, XmlText.Clean(text));
        Assert.False(XmlText.IsLine(text));
    }

    [Fact]
    public void Whatever_is_cleaned_can_be_written_and_what_is_text_is_what_can() => Gen.Char.Array[0, 12].Select(letters => new string(letters)).Sample(text =>
    {
        Assert.Equal(CanBeWritten(text), XmlText.IsText(text));
        Assert.True(CanBeWritten(XmlText.Clean(text)));
    });

    private static bool CanBeWritten(string text)
    {
        try
        {
            XDocument.Parse(new XElement("a", text).ToString());
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
