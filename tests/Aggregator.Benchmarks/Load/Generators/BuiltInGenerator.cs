using System.Diagnostics;
using System.Net.Http.Headers;

namespace Aggregator.Benchmarks;

/// <summary>For machines without wrk: HttpClient, one request at a time on each connection. It takes more of the machine, so all rates are lower and ratios nearer to 1.</summary>
internal sealed class BuiltInGenerator(int connections) : Generator(connections)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public override string Description => "built in (HttpClient); install wrk for a lighter one";

    public override async Task<Sent> Send(Uri address, RequestSet requests, TimeSpan time, long firstAddress, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections, AutomaticDecompression = default }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
        byte[][] bodies = [.. requests.Bodies.Select(System.Text.Encoding.UTF8.GetBytes)];
        var next = firstAddress;
        var begun = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, Connections).Select(seed => Task.Run(() => Connection(seed), cancel)));
        return new(all.Sum(one => one.Requests), Stopwatch.GetElapsedTime(begun), all.Sum(one => one.Bytes), all.Sum(one => one.Refused), all.Sum(one => one.Broken));

        async Task<Sent> Connection(int seed)
        {
            var dice = new Random(seed);
            long answered = 0, bytes = 0, refused = 0, broken = 0;
            while (Stopwatch.GetElapsedTime(begun) < time)
            {
                using var request = new HttpRequestMessage(requests.Method, requests.Paths[dice.Next(requests.Paths.Count)]);
                request.Headers.TryAddWithoutValidation("User-Agent", RequestSet.UserAgent);
                foreach (var (name, value) in requests.Headers)
                    request.Headers.TryAddWithoutValidation(name, value == RequestSet.AddressPlace ? Addresses.Of(Interlocked.Increment(ref next)) : value);
                if (bodies[dice.Next(bodies.Length)] is { Length: > 0 } body) request.Content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
                try
                {
                    using var answer = await http.SendAsync(request, cancel);
                    answered++;
                    bytes += (await answer.Content.ReadAsByteArrayAsync(cancel)).Length;
                    if ((int)answer.StatusCode >= 400) refused++;
                }
                catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !cancel.IsCancellationRequested))
                {
                    broken++;
                }
            }

            return new(answered, default, bytes, refused, broken);
        }
    }
}
