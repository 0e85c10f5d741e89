namespace Aggregator.Server.Tests;

/// <summary>What nobody should send, for each place where something can be sent.</summary>
internal static class HostileValues
{
    public static IReadOnlyList<string> Moments { get; } =
    [
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59+14:00", "9998-12-31T00:00:00Z",
        "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T13:25:60Z", "2026-11-22T13:25:00", "2026-11-22t13:25:00z", "2026-11-22T13:25:00+99:99",
        "2026-11-22", "0001-01-01", "9999-12-31", "10:00", "11/30", "-0001-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2026-11-22T13:25:00.99999999999999999999Z",
    ];

    public static IReadOnlyList<string> Numbers { get; } =
        ["0", "-0", "-1", "1", "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "99999999999999999999999999", "1e400", "-1e400", "1.5", "0x10", "NaN", "Infinity", "١"];

    public static IReadOnlyList<string> Texts { get; } =
    [
        "", " ", ",", ",,Normal,,", "null", "true", "ALL", "ZZ", "UK", "..", "../../etc/passwd", "a/b", "a\\b", "*", "[", "()", "^$", "'", "\"", "<script>alert(1)</script>", "{service}", "${x}", "{0}", "%s%n", "a&b=c#d?e",
        "\0", "a\u000bb", "\u001b[31m", "\r\nX-Injected: 1", "\u0085", "\u2028", "\u202e", "\ufeff", "\ufffe", "\uffff", "\ud83d\udea8", "e\u0301", new('a', 3000), new('\u0301', 500), string.Concat(Enumerable.Repeat("a,", 1500)),
        "1-2-3", "0-x-0", "9223372036854775807-x-9223372036854775807", "-9223372036854775808--", new('-', 500), "application/xml;q=2", "W/\"x", "bytes=9-1,0-", "Thu, 99 Foo 2026 25:61:61 GMT", "gzip;q=x, *;q=-1",
    ];

    public static IReadOnlyList<string> All { get; } = [.. Texts, .. Moments, .. Numbers];

    /// <summary>Parts of a path as they go over the wire: what no encoder would write.</summary>
    public static IReadOnlyList<string> RawSegments { get; } = ["%00", "%C3%28", "%ED%A0%80", "%EF%BF%BE", "%2F", "%2e%2e", "%5C", "a%0d%0ab", "%", "%zz", "%25%30%30"];

    /// <summary>Values of JSON.</summary>
    public static IReadOnlyList<string> Json { get; } =
    [
        "null", "true", "[]", "{}", "[null]", "[[[]]]", "{\"a\":{\"b\":[null]}}", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\u000b\"", "\"\\ufffe\"", "\"\\uffff\"", "-0", "1E400", "[1e400]",
        "{\"url\":\"a\",\"url\":\"b\"}", "[\"\\ud800\"]", "[{}]", "[\"a\",null,\"a\"]", new string('[', 70) + new string(']', 70), $"[{string.Join(',', Enumerable.Repeat("\"a\"", 3000))}]", $"\"{new string('x', 20_000)}\"",
        .. Numbers.Where(number => number.All(char.IsAsciiDigit)), .. All.Where(text => text.Length < 1000).Select(text => JsonSerializer.Serialize(text)),
    ];

    /// <summary>Bodies that are hostile as a whole.</summary>
    public static IReadOnlyList<byte[]> Bodies { get; } =
    [
        [], "null"u8.ToArray(), "[]"u8.ToArray(), "{}"u8.ToArray(), "{"u8.ToArray(), "\""u8.ToArray(), "0"u8.ToArray(), "\n\n\n"u8.ToArray(), "\0"u8.ToArray(), [0xEF, 0xBB, 0xBF], [0xEF, 0xBB, 0xBF, .. "{}"u8], [0xEF, 0xBB], [0xFE, 0xFF, 0, (byte)'{'],
        [0xC3, 0x28], [.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8], Encoding.ASCII.GetBytes(new string('[', 100_000)), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 20_000))), Encoding.ASCII.GetBytes(new string('9', 50_000)),
        "{\"a\":1,\"a\":2}"u8.ToArray(), "{\"__proto__\":{}}"u8.ToArray(), "{\"\":1}"u8.ToArray(), "{\"\\ud800\":1}"u8.ToArray(), "{}{}"u8.ToArray(), "[{}]\n[{}]"u8.ToArray(), "a=b&c=%ff&%00"u8.ToArray(), "//comment\n{}"u8.ToArray(), "{\"name\":NaN}"u8.ToArray(),
    ];

    public static IReadOnlyList<string?> MediaTypes { get; } =
    [
        null, "", ";", "*/*", "text/plain", "application/json; charset=utf-16", "application/json; charset=nothing", "application/json; charset=\"", "application/x-ndjson; charset=utf-7", "APPLICATION/JSON", "application/problem+json",
        "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7", "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=\"\"", "application/jsonl", "application/xml",
    ];

    /// <summary>Headers that some part of the server reads, whatever the route.</summary>
    public static IReadOnlyList<string> Headers { get; } =
    [
        "Accept", "Accept-Encoding", "Accept-Language", "If-None-Match", "If-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range", "Cache-Control", "Cookie", "Origin", "Referer", "User-Agent", "Authorization",
        "Access-Control-Request-Method", "Access-Control-Request-Headers", "Content-Encoding", "Last-Event-ID", "Idempotency-Key", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Sec-Fetch-Site", "Sec-Fetch-Dest",
        "traceparent", "tracestate", "baggage", "X-HTTP-Method-Override", "CF-IPCountry",
    ];
}
