using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Aggregator.Benchmarks;

/// <summary>What a server answered to bulk requests.</summary>
/// <param name="Failed">Requests that were answered with an error, or not at all.</param>
/// <param name="Failure">What the last of them was answered.</param>
internal readonly record struct BulkSent(long Accepted, long Duplicate, long Quarantined, long Rejected, long Failed, string Failure, TimeSpan Took)
{
    public double PerSecond => Accepted / Took.TotalSeconds;

    public long Errors => Rejected + Failed;

    /// <summary>What a server is to have in its series now; nothing is known of the lines of a request that failed on the way.</summary>
    public long? Counted => Failed == 0 ? Accepted : null;

    public string Remark => string.Join(", ", new[] { Told(Duplicate, "duplicate"), Told(Quarantined, "quarantined"), Told(Rejected, "lines rejected"), Told(Failed, $"requests failed ({Failure})") }.OfType<string>());

    private static string? Told(long count, string what) => count > 0 ? $"**{count:N0} {what}**" : null;
}

/// <summary>Posts bodies, some at once, until there are no more or the time is over; what has begun is waited for.</summary>
internal static class BulkLoad
{
    public const int AtOnce = 3;

    private static readonly MediaTypeHeaderValue Ndjson = new("application/x-ndjson");

    public static Task<BulkSent> Send(RunningServer server, IEnumerable<byte[]> bodies, CancellationToken cancel) => Send(server, bodies, TimeSpan.MaxValue, cancel);

    public static async Task<BulkSent> Send(RunningServer server, IEnumerable<byte[]> bodies, TimeSpan time, CancellationToken cancel)
    {
        using var left = bodies.GetEnumerator();
        var lockLeft = new Lock();
        var sum = new BulkSent();
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(One, cancel)));
        return sum with { Took = Stopwatch.GetElapsedTime(begun) };

        async Task One()
        {
            while (Stopwatch.GetElapsedTime(begun) < time && Take() is { } body)
            {
                var (answer, failure) = await Post(server, body, cancel);
                lock (lockLeft)
                {
                    if (answer is null) sum = sum with { Failed = sum.Failed + 1, Failure = failure };
                    else
                        sum = sum with
                        {
                            Accepted = sum.Accepted + answer.Accepted,
                            Duplicate = sum.Duplicate + answer.Duplicate,
                            Quarantined = sum.Quarantined + answer.Quarantined,
                            Rejected = sum.Rejected + answer.Rejected,
                        };
                }
            }
        }

        byte[]? Take()
        {
            lock (lockLeft) return left.MoveNext() ? left.Current : null;
        }
    }

    private static async Task<(Answer? Answer, string Failure)> Post(RunningServer server, byte[] body, CancellationToken cancel)
    {
        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = Ndjson } };
            using var answer = await server.Http.PostAsync("/v1/reports", content, cancel);
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<Answer>(cancel), "") : (null, $"{(int)answer.StatusCode}");
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return (null, error.Message);
        }
    }

    private sealed record Answer(long Accepted, long Duplicate, long Quarantined, long Rejected);
}
