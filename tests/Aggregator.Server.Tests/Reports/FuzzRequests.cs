using System.Globalization;
using CsCheck;

namespace Aggregator.Server.Tests;

/// <summary>A request as it goes over the wire.</summary>
/// <param name="Broken">It is not HTTP as it should be: the connection may be closed without an answer.</param>
/// <param name="Ends">It promises more than it holds, so the sender has to end it; ended sooner, a report may be counted whose answer nobody reads.</param>
internal sealed record FuzzRequest(byte[] Bytes, bool Broken, bool Ends);

/// <summary>Requests nobody should send. The same number is always the same request, but for the moment it speaks of.</summary>
internal sealed class FuzzRequests(string[] services)
{
    private static readonly Gen<string> OddTypes = Gen.OneOf(
        "text/plain", "application/json; charset=utf-16", "application/json; charset=\"", "application/problem+json", "application/x-ndjson; charset=nothing", "application/JSONL ; a=b", "*/*", ";", "", "a/b/c",
        "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=utf-32", "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=" + new string('b', 200), "application/x-www-form-urlencoded; charset=none", "application/json, application/json", "application/x-ndjson\u00e9");

    private static readonly Gen<string> OddHeaders = Gen.OneOf(
        Gen.OneOf("gzip", "br", "identity", "gzip, gzip", "").Select(coding => $"Content-Encoding: {coding}"),
        Gen.OneOf(1, 300, 8000, 40_000).Select(length => $"User-Agent: {new string('u', length)}"),
        Gen.OneOf(1, 200, 201, 8000).Select(length => $"Idempotency-Key: {new string('k', length)}"),
        Gen.OneOf("Idempotency-Key: \u00e9\u00ff", "Accept: \u00ff", "Accept-Encoding: gzip;q=x", "Sec-Fetch-Site: cross-site", "Expect: 100-continue", "Expect: x", "Cookie: =;;=", "Accept-Language: -,;q=2", "Bad Header: 1", "X-Forwarded-Proto: \u0001",
            "X-Forwarded-For: ,,", "X-Forwarded-For: fe80::1%1, [::1]:99999, 256.1.1.1", "Content-Length: 5", "Transfer-Encoding: gzip", "Transfer-Encoding: identity", "Host: other", "If-Match: *", "Range: bytes=9-1", "Upgrade: h2c"));

    private static readonly Gen<string> OddServices = Gen.OneOf(
        "no-such", "", "%00", "%2F", "%C3%28", "%", "%zz", "..", "a%2F..%2Fb", "UPPER", "\u00e9", "%ED%A0%80", new string('a', 64), new string('a', 65), new string('a', 7000), "a%0d%0aSet-Cookie:x", "?", "#", "{service}", "a%20", "\u0001");

    private readonly FuzzBodies _bodies = new(services);

    public FuzzRequest Number(int number) => Requests.Generate(new(stream: 1, seed: (ulong)number), null, out _);

    private Gen<FuzzRequest> Requests => Gen.OneOf(
        FuzzBodies.Report.SelectMany(body => Around(body, "/v1/services/{0}/reports", "application/json")),
        _bodies.Lines.SelectMany(body => Around(body, "/v1/reports", "application/x-ndjson")),
        FuzzBodies.Form.SelectMany(body => Around(body, "/services/{0}/report", "application/x-www-form-urlencoded")));

    private Gen<FuzzRequest> Around(byte[] body, string path, string type) => Gen.Select(
        Gen.Frequency((12, Gen.OneOf(services)), (1, OddServices)), Gen.Frequency((8, Gen.OneOf(type)), (1, OddTypes)), Gen.Frequency((8, Gen.OneOf((string?)null)), (1, OddHeaders.Select(header => (string?)header))),
        Gen.Int[0, 12_000], Framed(body))
        .Select((service, contentType, odd, address, framed) =>
        {
            var head = string.Join("\r\n", (string?[])
            [
                $"POST {string.Format(CultureInfo.InvariantCulture, path, service)} HTTP/1.1", "Host: localhost", "Connection: close", $"Authorization: Bearer {RunningServer.OperatorKey}",
                $"Content-Type: {contentType}", .. odd is null ? Array.Empty<string>() : [odd], $"X-Forwarded-For: 10.{address % 50}.{address / 50}.1", framed.Header, "", "",
            ]);
            return new FuzzRequest([.. Encoding.Latin1.GetBytes(head), .. framed.Body], framed.Broken || odd is not null, framed.Ends);
        });

    private static Gen<(string Header, byte[] Body, bool Broken, bool Ends)> Framed(byte[] body) => Gen.Frequency(
        (8, Gen.OneOf(($"Content-Length: {body.Length}", body, false, false))),
        (2, Gen.Int[1, 700].Select(piece => ("Transfer-Encoding: chunked", Chunked(body, piece), false, false))),
        (1, Gen.Select(Gen.Int[1, 90], Gen.Int[0, 10_000], Gen.Byte.Array[1, 6], (piece, at, garbage) => ("Transfer-Encoding: chunked", Overwritten(Chunked(body, piece), garbage, at), true, false))),
        (1, Gen.OneOf("ffffffffffffffff", "80000000", "7fffffff", "-1", "0x2", "2;a=b", "").Select(size => ("Transfer-Encoding: chunked", Sized(body, size), true, true))),
        (1, Gen.Int[1, 5000].Select(more => ($"Content-Length: {body.Length + more}", body, true, true))),
        (1, Gen.Int[0, 100].Select(less => ($"Content-Length: {Math.Max(0, body.Length - less)}", body, true, false))),
        (1, Gen.OneOf("-1", "x", "99999999999999999999", "1, 2", "+5", "").Select(length => ($"Content-Length: {length}", body, true, false))),
        (1, Gen.OneOf(("X-Nothing: 1", body, true, false))));

    private static byte[] Chunked(byte[] body, int piece) =>
        [.. body.Chunk(piece).SelectMany(chunk => (byte[])[.. Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), .. chunk, .. "\r\n"u8]), .. "0\r\n\r\n"u8];

    private static byte[] Sized(byte[] body, string size) => [.. Encoding.ASCII.GetBytes($"{size}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];

    private static byte[] Overwritten(byte[] body, byte[] garbage, int at)
    {
        for (var i = 0; i < garbage.Length; i++) body[(at + i) % body.Length] = garbage[i];
        return body;
    }
}
