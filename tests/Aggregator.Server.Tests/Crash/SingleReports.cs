using System.Globalization;

namespace Aggregator.Server.Tests;

/// <summary>A crowd that sends one report each, over many connections, and again until it hears that it is counted.</summary>
internal sealed class SingleReports(ServerProcess server, Ledger ledger)
{
    public const int Connections = 24;

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(50);

    private int _sent = -1;
    private long _acknowledged, _repeated, _knownAlready;

    /// <summary>Reports that were acknowledged.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Tries whose answer was not heard, or was not 202.</summary>
    public long Repeated => Volatile.Read(ref _repeated);

    /// <summary>Reports that turned out to have been counted by a try whose answer was not heard.</summary>
    public long KnownAlready => Volatile.Read(ref _knownAlready);

    /// <summary>Sends until told to stop; a report that was begun is brought to its end.</summary>
    public Task Run(CancellationToken stopping) => Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
    {
        while (!stopping.IsCancellationRequested) await Send(Interlocked.Increment(ref _sent));
    })));

    private async Task Send(int number)
    {
        var service = Ledger.Services[number % Ledger.Services.Length];
        var region = Ledger.Regions[number / 3 % Ledger.Regions.Length];
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await Try(number, service, region);
            if (outcome is null)
            {
                Interlocked.Increment(ref _repeated);
                await Task.Delay(TryAgainAfter, TimeProvider.System);
                continue;
            }

            // Nobody else is this reporter: only an earlier try of its own can have been heard.
            if (outcome == "duplicate" && attempt > 1) Interlocked.Increment(ref _knownAlready);
            else Assert.Equal("counted", outcome);
            ledger.Add(service, region);
            Interlocked.Increment(ref _acknowledged);
            return;
        }
    }

    private async Task<string?> Try(int number, string service, string region)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/services/{service}/reports")
        {
            Content = JsonContent.Create(new { symptom = "app", region }),
        };

        // A network of its own for every reporter.
        request.Headers.Add("X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"{20 + (number >> 16)}.{number >> 8 & 255}.{number & 255}.7"));
        try
        {
            using var answer = await server.Http.SendAsync(request);
            if ((int)answer.StatusCode == 503) return null;
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode == 202, text);
            using var json = JsonDocument.Parse(text);
            return json.RootElement.GetProperty("outcome").GetString();
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            return null;
        }
    }
}
