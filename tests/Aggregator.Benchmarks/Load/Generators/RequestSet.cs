using System.Text;

namespace Aggregator.Benchmarks;

/// <summary>What a generator sends: any of these paths, with one body.</summary>
/// <param name="Headers">A value may hold <see cref="AddressPlace"/>: then every request names another address there.</param>
internal sealed record RequestSet(HttpMethod Method, IReadOnlyList<string> Paths, IReadOnlyList<KeyValuePair<string, string>> Headers, IReadOnlyList<string> Bodies)
{
    public const string AddressPlace = "{address}";

    // What a browser says decides the kind of device, which is a part of who the reporter is.
    public const string UserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";

    /// <summary>The requests byte by byte, the place for the address left open.</summary>
    public IEnumerable<string> Text(Uri address) =>
        from path in Paths
        from body in Bodies
        select new StringBuilder()
            .Append($"{Method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\nUser-Agent: {UserAgent}\r\n")
            .AppendJoin("", Headers.Select(header => $"{header.Key}: {header.Value}\r\n"))
            .Append(body.Length == 0 ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}")
            .ToString();
}

/// <summary>Reporters' addresses, spread over millions of networks; the numbers up to 364 million all have another.</summary>
internal static class Addresses
{
    public static string Of(long number)
    {
        var n = number * 7368787 % 364455936;
        (n, var d) = Math.DivRem(n, 156);
        (n, var c) = Math.DivRem(n, 156);
        (var a, var b) = Math.DivRem(n, 156);
        return $"{a + 128}.{b + 100}.{c + 100}.{d + 100}";
    }
}
