using System.Globalization;
using CsCheck;

namespace Aggregator.Server.Tests;

/// <summary>Bodies nobody should send: what is nearly right gets deepest, so most are bodies that were right before they were damaged.</summary>
internal sealed class FuzzBodies(string[] services)
{
    /// <summary>What parsers stumble over; pieces of it go into bodies that are right otherwise.</summary>
    private static readonly Gen<byte[]> Stones = Gen.OneOf<byte[]>(
        [0], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0x80], "\r\n"u8.ToArray(), "\n"u8.ToArray(),
        "\\ud800"u8.ToArray(), "\\udc00\\ud800"u8.ToArray(), "\\u0000"u8.ToArray(), "\\x"u8.ToArray(), "%00"u8.ToArray(), "%"u8.ToArray(), "%C3%28"u8.ToArray(), "&"u8.ToArray(),
        "\""u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), "[]"u8.ToArray(), ","u8.ToArray(), "null"u8.ToArray(), "-0"u8.ToArray(), "1e400"u8.ToArray(), "NaN"u8.ToArray(),
        "99999999999999999999999"u8.ToArray(), "-1"u8.ToArray(), "2147483648"u8.ToArray(), "/*"u8.ToArray(), "\"region\":null,"u8.ToArray(), "\"region\":\"US\","u8.ToArray(),
        "\"\\u0072egion\":5,"u8.ToArray(), "\"REGION\":\"FR\","u8.ToArray(), "\"count\":1000000,"u8.ToArray(), "\"reporter\":\"\\udfff\","u8.ToArray(),
        Encoding.ASCII.GetBytes(new string('[', 300)), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 200))), Encoding.ASCII.GetBytes(new string('9', 2000)),
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a&", 1500))), Encoding.ASCII.GetBytes(new string('k', 3000) + "="));

    private static readonly Gen<string> Names = Gen.OneOf("symptom", "region", "comment", "service", "at", "reporter", "network", "count", "Symptom", "REGION", "\\u0073ymptom", "re\\u0067ion", "", "x", "\\ud800", "\0");

    private static readonly Gen<string> Values = Gen.OneOf(
        Gen.OneOf("null", "true", "0", "-0", "1", "1.5", "1e400", "-1e-400", "1000001", "[]", "{}", "\"\"", "\"US\"", "\"login\"", "\"ALL\"", "\"\\ud800\"", "\"\\u0000\"", "\"\\udc00x\"", "\"2026-02-30T00:00:00Z\"",
            "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59.9999999-14:00\"", "{\"region\":{\"region\":[{}]}}", "01", "+1", "'x'"),
        Gen.Char.Array[0, 400].Select(letters => JsonSerializer.Serialize(new string(letters))),
        Gen.Int[1, 400].Select(deep => new string('[', deep) + new string(']', deep)));

    private static readonly Gen<byte[]> StrangeJson = Gen.Select(Names, Values, (name, value) => $"\"{name}\":{value}").Array[0, 8]
        .Select(fields => Encoding.UTF8.GetBytes($"{{{string.Join(',', fields)}}}"));

    private Gen<string> Service => Gen.OneOf(services);

    private static Gen<string> Symptom => Gen.OneOf("login", "app", "other");

    private static Gen<string> Region => Gen.OneOf("US", "FR", "ZZ");

    public static Gen<byte[]> Report => Damaged(Gen.Select(Symptom, Region, Gen.Char.Array[0, 40], (symptom, region, comment) =>
        JsonSerializer.SerializeToUtf8Bytes(new { symptom, region, comment = new string(comment) })));

    public static Gen<byte[]> Form => Damaged(Gen.Select(Symptom, Region, (symptom, region) => Encoding.ASCII.GetBytes($"symptom={symptom}&region={region}")));

    public Gen<byte[]> Lines => Damaged(Line.Array[1, 12].Select(lines => Encoding.UTF8.GetBytes(string.Join('\n', lines))));

    private Gen<string> Line => Gen.Select(Service, Region, Symptom, Gen.Int[0, 5], Gen.Int[-90_000, 90], Gen.Int[1, 50]).Select((service, region, symptom, kind, second, number) => kind switch
    {
        0 => $$"""{"service":"{{service}}","region":"{{region}}"}""",
        1 => $$"""{"service":"{{service}}","region":"{{region}}","symptom":"{{symptom}}","count":{{number}}}""",
        2 => $$"""{"service":"{{service}}","region":"{{region}}","reporter":"reporter {{number}}"}""",
        3 => $$"""{"service":"{{service}}","region":"{{region}}","count":{{number}},"network":"network {{number % 5}}"}""",
        _ => $$"""{"service":"{{service}}","region":"{{region}}","at":"{{RunningServer.Now.AddSeconds(second).ToString("O", CultureInfo.InvariantCulture)}}"}""",
    });

    private static Gen<byte[]> Damaged(Gen<byte[]> right) => Gen.Frequency(
        (2, right), (3, Gen.Select(right, Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, 7]).Array[1, 4], Flip)), (3, Gen.Select(right, right, Gen.Int[0, 10_000], Gen.Int[0, 10_000], Splice)),
        (2, Gen.Select(right, Gen.Int[0, 10_000], Truncate)), (4, Gen.Select(right, Stones, Gen.Int[0, 10_000], Insert)), (1, Gen.Select(Stones, right, (stone, body) => (byte[])[.. stone, .. body])),
        (3, StrangeJson), (1, Gen.Byte.Array[0, 600]), (1, Gen.Byte.Array[4000, 5000]));

    private static byte[] Flip(byte[] body, (int At, int Bit)[] flips)
    {
        foreach (var (at, bit) in flips) body[at % body.Length] ^= (byte)(1 << bit);
        return body;
    }

    private static byte[] Splice(byte[] one, byte[] other, int end, int begin) => [.. one.AsSpan(0, end % (one.Length + 1)), .. other.AsSpan(begin % (other.Length + 1))];

    private static byte[] Truncate(byte[] body, int at) => body[..(at % body.Length)];

    private static byte[] Insert(byte[] body, byte[] stone, int at) => [.. body.AsSpan(0, at % (body.Length + 1)), .. stone, .. body.AsSpan(at % (body.Length + 1))];
}
