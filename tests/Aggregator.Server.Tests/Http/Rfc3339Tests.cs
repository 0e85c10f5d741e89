using System.Globalization;
using CsCheck;

namespace Aggregator.Server.Tests;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-11-22T13:25:00Z", "2026-11-22T13:25:00.0000000+00:00")]
    [InlineData("2026-11-22t13:25:00z", "2026-11-22T13:25:00.0000000+00:00")]
    [InlineData("2026-11-22T13:25:00+01:00", "2026-11-22T13:25:00.0000000+01:00")]
    [InlineData("2026-11-22t13:25:00.5-13:30", "2026-11-22T13:25:00.5000000-13:30")]
    [InlineData("2026-11-22T13:25:00.123456789Z", "2026-11-22T13:25:00.1234567+00:00")]
    [InlineData("2026-11-22T13:25:00.1234567891234+05:45", "2026-11-22T13:25:00.1234567+05:45")]
    [InlineData("2026-11-22T13:25Z", "2026-11-22T13:25:00.0000000+00:00")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000+00:00")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999+00:00")]
    public void A_moment_has_an_offset(string text, string moment)
    {
        Assert.True(Rfc3339.TryParse(text, out var parsed));
        Assert.Equal(moment, parsed.ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(parsed, Read(JsonSerializer.Serialize(text)));
        Assert.Equal(parsed, Read("\"" + string.Concat(text[..4].Select(digit => $"\\u{(int)digit:x4}")) + text[4..] + "\""));
    }

    [Theory]
    [InlineData("2026-11-22T13:25:00")]
    [InlineData("2026-11-22T13:25:00 01:00")]
    [InlineData("2026-11-22 13:25:00Z")]
    [InlineData("2026-11-22T13:25:00+1:00")]
    [InlineData("2026-11-22T13:25:00+0100")]
    [InlineData("2026-11-22T13:25:00+01")]
    [InlineData("2026-11-22T13:25:00+15:00")]
    [InlineData("2026-11-22T13:25:00.Z")]
    [InlineData("2026-11-22T13:25:00Z\n")]
    [InlineData("2026-11-22T24:00:00Z")]
    [InlineData("2026-11-22T13:25:60Z")]
    [InlineData("2026-02-30T13:25:00Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("2026-11-22")]
    [InlineData("2026-11-22Z")]
    [InlineData("20261122T132500Z")]
    [InlineData("٢٠٢٦-11-22T13:25:00Z")]
    [InlineData("13:25")]
    [InlineData("11/30")]
    [InlineData("yesterday")]
    [InlineData("1764000000")]
    [InlineData("")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(Rfc3339.TryParse(text, out _));
        Assert.Null(Read(JsonSerializer.Serialize(text)));
    }

    [Fact]
    public void What_is_written_is_read_back() => Gen.DateTimeOffset.Sample(moment =>
        Rfc3339.TryParse(moment.ToString("O", CultureInfo.InvariantCulture), out var parsed) && parsed.EqualsExact(moment) && Read(JsonSerializer.Serialize(moment)) == moment);

    [Fact]
    public void A_text_without_end_is_refused() => Assert.False(Rfc3339.TryParse($"2026-11-22T13:25:00.{new string('1', 100_000)}Z", out _));

    private static DateTimeOffset? Read(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        return Rfc3339.TryRead(ref reader, out var moment) ? moment : null;
    }
}
