using System.Globalization;
using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>An operator who imports thousands of lines per request, and repeats a request under its key until it is answered.</summary>
internal sealed class BulkImport(ServerProcess server, Ledger ledger, Random dice)
{
    private const int Lines = 5000;
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(100);

    private long _requests, _repeated;

    /// <summary>Requests that were answered.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Tries whose answer was not heard, or was 503.</summary>
    public long Repeated => Volatile.Read(ref _repeated);

    /// <summary>Sends until told to stop; a request that was begun is brought to its end.</summary>
    public async Task Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested) await Send(Requests);
    }

    private async Task Send(long number)
    {
        var (body, content) = Write(number);
        long accepted;
        while (true)
        {
            if (await Try(number, body) is { } answer)
            {
                accepted = answer;
                break;
            }

            Interlocked.Increment(ref _repeated);
            await Task.Delay(TryAgainAfter, TimeProvider.System);
        }

        Assert.Equal(content.Total, accepted);
        ledger.Add(content);
        Interlocked.Increment(ref _requests);
    }

    private (byte[] Body, Ledger Content) Write(long number)
    {
        var (text, content) = (new StringBuilder(), new Ledger());
        var now = TimeProvider.System.GetUtcNow();
        for (var i = 0; i < Lines; i++)
        {
            var service = Ledger.Services[dice.Next(Ledger.Services.Length)];
            var region = Ledger.Regions[dice.Next(Ledger.Regions.Length)];
            var at = now.AddSeconds(-dice.Next(3600));
            var count = dice.Next(3) == 0 ? dice.Next(1, 4) : 1;
            var who = count == 1 && dice.Next(2) == 0 ? string.Create(CultureInfo.InvariantCulture, $",\"reporter\":\"{number}-{i}\"") : "";
            var when = dice.Next(5) == 0 ? "" : $",\"at\":\"{at:O}\"";
            text.Append(CultureInfo.InvariantCulture, $"{{\"service\":\"{service}\",\"region\":\"{region}\",\"symptom\":\"app\",\"count\":{count}{who}{when}}}\n");
            content.Add(service, region, count);
        }

        return (Encoding.UTF8.GetBytes(text.ToString()), content);
    }

    private async Task<long?> Try(long number, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/reports")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } },
        };
        request.Headers.Add("Idempotency-Key", string.Create(CultureInfo.InvariantCulture, $"import-{number}"));
        try
        {
            using var answer = await server.Operator.SendAsync(request);
            if ((int)answer.StatusCode == 503) return null;
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode == 200, text);
            using var json = JsonDocument.Parse(text);
            return json.RootElement.GetProperty("accepted").GetInt64();
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            return null;
        }
    }
}
