using System.Globalization;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>A crowd of people who report once each, over many connections; now and then one reports again, and of four neighbours the network's share leaves one out.</summary>
/// <param name="patient">Whether they try until they hear what became of their report, or once.</param>
internal sealed class SingleReports(HttpClient http, Ledger ledger, TimeProvider clock, string[] services, int connections, bool patient)
{
    /// <summary>What the server must have for <c>Reports:NetworkShare</c>.</summary>
    public const int NetworkShare = 3;

    private const int Neighbours = 4;
    private const int OneInReportsAgain = 8;
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(50);

    private int _people = -1;
    private long _acknowledged, _unheard, _knownAlready;

    /// <summary>How long a connection rests between two people.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Reports that were acknowledged.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Tries that were refused, or of which nothing was heard.</summary>
    public long Unheard => Volatile.Read(ref _unheard);

    /// <summary>Reports that turned out to have been counted by a try of which nothing was heard.</summary>
    public long KnownAlready => Volatile.Read(ref _knownAlready);

    /// <summary>Sends until told to stop; a report that was begun is brought to its end.</summary>
    public IEnumerable<Task> Run(CancellationToken stopping) => Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
    {
        for (; !stopping.IsCancellationRequested; await Rest.For(Pause, stopping)) await Live(Interlocked.Increment(ref _people));
    }));

    private async Task Live(int person)
    {
        var begun = clock.GetUtcNow();
        if (!await Report(person, countedBefore: false, begun) || person % OneInReportsAgain != 0) return;
        await Report(person, countedBefore: true, begun);
    }

    /// <summary>Answers whether this person is counted, for certain.</summary>
    private async Task<bool> Report(int person, bool countedBefore, DateTimeOffset begun)
    {
        var service = services[person / Neighbours % services.Length];
        var region = Ledger.Regions[person / 3 % Ledger.Regions.Length];
        for (var unknown = 0; ;)
        {
            ledger.Sent();
            var (heard, outcome) = await Try(person, service, region);
            if (heard == Heard.Outcome)
            {
                Settle(service, region, outcome, unknown, countedBefore, stepped: clock.GetUtcNow() < begun || clock.GetUtcNow() - begun > TimeSpan.FromMinutes(5));
                return outcome != ReportOutcome.Quarantined;
            }

            Interlocked.Increment(ref _unheard);
            if (heard == Heard.Refused) ledger.Refused();
            else if (patient) unknown++;
            else ledger.Unknown(service, region, 1, ReportOutcome.Counted, ReportOutcome.Duplicate, ReportOutcome.Quarantined);
            await Task.Delay(TryAgainAfter, TimeProvider.System);
            if (!patient) return false;
        }
    }

    /// <summary>Books a report that was heard of at last, after some tries of which nothing was.</summary>
    private void Settle(string service, string region, ReportOutcome outcome, int unknown, bool countedBefore, bool stepped)
    {
        Interlocked.Increment(ref _acknowledged);
        ledger.Acknowledged(service, region, outcome);
        if (countedBefore)
        {
            // How far a clock that stepped meanwhile has come since, this crowd does not know.
            if (!stepped) Assert.Equal(ReportOutcome.Duplicate, outcome);
        }
        else if (outcome == ReportOutcome.Duplicate)
        {
            // Nobody else is this reporter: just one of the tries of which nothing was heard was counted.
            Assert.True(unknown > 0, $"The first that was heard of a reporter of {service}|{region} was a duplicate.");
            Interlocked.Increment(ref _knownAlready);
            ledger.Acknowledged(service, region, ReportOutcome.Counted);
            unknown--;
        }

        // None of the others was, early or late.
        ledger.Unknown(service, region, unknown, ReportOutcome.Duplicate, ReportOutcome.Quarantined);
    }

    private async Task<(Heard Heard, ReportOutcome Outcome)> Try(int person, string service, string region)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/services/{service}/reports")
        {
            Content = JsonContent.Create(new { symptom = "app", region }),
        };

        var network = person / Neighbours;
        request.Headers.Add("X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"{20 + (network >> 16)}.{network >> 8 & 255}.{network & 255}.{person % Neighbours + 1}"));
        var (heard, answer) = await Answer.To(http, request, HttpStatusCode.Accepted);
        return heard == Heard.Outcome ? (heard, Enum.Parse<ReportOutcome>(answer.GetProperty("outcome").GetString()!, ignoreCase: true)) : (heard, default);
    }
}
