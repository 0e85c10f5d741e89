using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>Whatever is sent, the answer is a count or a refusal, and what was answered as counted is what is in the store.</summary>
/// <remarks>For five seconds (longer where the machine is slow), or for <c>FUZZ_SECONDS</c>, from request <c>FUZZ_FROM</c>. A request that fails is named by its number and said whole.</remarks>
[Trait("Takes", "long")]
public sealed partial class FuzzTests
{
    private const string GoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    private const int AtOnce = 4;
    private const int FaultsAtMost = 10;
    private const int AnswersAtLeast = 200;
    private static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _faults = [];
    private int _next = Setting("FUZZ_FROM", 0) - 1;
    private long _counted, _answered, _unknown, _unheard;

    [Fact]
    public async Task Nothing_that_is_sent_breaks_it_or_is_counted_unsaid()
    {
        await using var server = await RunningServer.Start(RunningServer.BelievingProxies);
        var services = new[] { await server.NewService(), await server.NewService(), await server.NewService() };
        var requests = new FuzzRequests(services);
        var watch = Stopwatch.StartNew();
        var duration = TimeSpan.FromSeconds(Setting("FUZZ_SECONDS", 5));

        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while ((watch.Elapsed < duration || _answered < AnswersAtLeast || _counted < AnswersAtLeast) && _faults.Count < FaultsAtMost) await Send(Interlocked.Increment(ref _next), requests, server.Anybody.BaseAddress!);
        })));

        Assert.True(_faults.IsEmpty, string.Join("\n\n", _faults));
        // A machine that is too busy for its own store says so, and then does not know; on any other nobody is told that.
        Assert.InRange(_unknown, 0, _answered / 20);
        var stored = await Stored(server, services);
        if (_unknown == 0) Assert.InRange(stored, _counted, _counted + _unheard);
        else Assert.InRange(stored, _counted, long.MaxValue);
        TestContext.Current.SendDiagnosticMessage($"{_next + 1} requests, {_answered} answers, {_counted} reports");
    }

    private async Task Send(int number, FuzzRequests requests, Uri to)
    {
        var request = requests.Number(number);
        var answer = await Answer(request, to);

        // That the body may come is no answer yet.
        while (answer.StartsWith(GoOn, StringComparison.Ordinal)) answer = answer[GoOn.Length..];
        var status = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
        if (status == 503 && (answer.Contains("store-unreachable", StringComparison.Ordinal) || answer.Contains("data-outcome=\"refused\"", StringComparison.Ordinal)))
        {
            Interlocked.Increment(ref _answered);
            Interlocked.Increment(ref _unknown);
            return;
        }

        if (status is < 200 or >= 500 && !(status == 0 && request.Broken)) _faults.Enqueue($"Request {number} was answered with {status}:\n{Encoding.Latin1.GetString(request.Bytes)}\n\n{answer}");
        if (status == 0)
        {
            // The server may have closed the connection on what it left unread, and the answer went with it.
            var text = Encoding.Latin1.GetString(request.Bytes);
            Interlocked.Add(ref _unheard, text.Count(letter => letter == '\n') + SaidCount().Matches(text).Sum(match => long.Parse(match.ValueSpan, CultureInfo.InvariantCulture)));
            return;
        }

        Interlocked.Increment(ref _answered);
        if (status < 300) Interlocked.Add(ref _counted, Counted().Matches(ChunkHeads().Replace(answer, "")).Sum(match => match.Groups["accepted"] is { Success: true } accepted ? long.Parse(accepted.ValueSpan, CultureInfo.InvariantCulture) : 1));
    }

    private static async Task<string> Answer(FuzzRequest request, Uri to)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(to.Host, to.Port);
        await using var stream = client.GetStream();
        var answer = new MemoryStream();
        try
        {
            try
            {
                await stream.WriteAsync(request.Bytes);
                if (request.Ends) client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                // Answered before it was all sent.
            }

            await stream.CopyToAsync(answer).WaitAsync(AnsweredWithin, TimeProvider.System);
        }
        catch (Exception error) when (error is IOException or SocketException or TimeoutException)
        {
            // Reset after an answer that came before the whole request was read: what has come, counts. Nothing in time is status 0.
        }

        return Encoding.Latin1.GetString(answer.GetBuffer(), 0, (int)answer.Length);
    }

    private static async Task<long> Stored(RunningServer server, string[] services)
    {
        var store = server.Get<ReportStore>();
        var now = BucketGrid.TenSeconds.IndexOf(RunningServer.Now);
        long all = 0, regions = 0;
        foreach (var service in services.Select(ServiceKey.Parse))
        {
            all += await Sum(RegionCode.All);
            foreach (var region in (await store.ReadRegions(service)).Keys) regions += await Sum(region);

            async Task<long> Sum(RegionCode region) =>
                (await store.ReadBuckets(new(service, region), now - 26 * 360, now + 360)).Sum(bucket => bucket.Tally.Symptoms.Sum(symptom => (long)symptom.Value));
        }

        Assert.Equal(all, regions);
        return all;
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var set) ? set : otherwise;

    [GeneratedRegex("(?<=\"count\" *: *)[0-9]{1,7}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SaidCount();

    [GeneratedRegex("\"outcome\":\"counted\"|data-outcome=\"counted\"|\"accepted\":(?<accepted>\\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counted();

    /// <summary>Where an answer in chunks was cut.</summary>
    [GeneratedRegex("(?<!\r\n)\r\n[0-9a-f]+\r\n", RegexOptions.None, 1000)]
    private static partial Regex ChunkHeads();
}
