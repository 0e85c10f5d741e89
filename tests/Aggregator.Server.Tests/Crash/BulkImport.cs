using System.Globalization;
using System.Net.Http.Headers;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>An operator who imports thousands of lines per request.</summary>
/// <param name="dated">Whether most lines say when, up to an hour back; a server whose clock was set back since would refuse them.</param>
/// <param name="patient">Whether a request is repeated under its key until it is answered, or sent once and without a key.</param>
internal sealed class BulkImport(HttpClient http, Ledger ledger, TimeProvider clock, string[] services, int lines, bool dated, bool patient, Random dice)
{
    private const int ReportsOfACrowdedNetwork = 5;
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(100);

    private int _number;
    private long _requests, _unheard;

    /// <summary>How long it rests between two requests.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Requests that were answered.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Tries that were refused, or of which nothing was heard.</summary>
    public long Unheard => Volatile.Read(ref _unheard);

    /// <summary>Sends until told to stop; a request that was begun is brought to its end.</summary>
    public async Task Run(CancellationToken stopping)
    {
        for (; !stopping.IsCancellationRequested; await Rest.For(Pause, stopping)) await Import(_number++);
    }

    private async Task Import(int number)
    {
        var (body, content) = Write(number);
        var reports = Total(content);
        ledger.Sent(reports);
        while (true)
        {
            var (heard, answer) = await Try(number, body);
            if (heard == Heard.Outcome)
            {
                foreach (var (word, outcome) in new[] { ("accepted", ReportOutcome.Counted), ("duplicate", ReportOutcome.Duplicate), ("quarantined", ReportOutcome.Quarantined) })
                    Assert.Equal(content.Total(outcome), answer.GetProperty(word).GetInt64());
                ledger.Acknowledged(content);
                Interlocked.Increment(ref _requests);
                return;
            }

            Interlocked.Increment(ref _unheard);
            await Task.Delay(TryAgainAfter, TimeProvider.System);
            if (patient) continue;

            if (heard == Heard.Nothing) ledger.Unknown(content);
            else ledger.Refused(reports);
            return;
        }
    }

    private static long Total(Counts content) => Enum.GetValues<ReportOutcome>().Sum(content.Total);

    /// <summary>Lines of every kind, and what must become of them when they are taken.</summary>
    private (byte[] Body, Counts Content) Write(int number)
    {
        var (text, content) = (new StringBuilder(), new Counts());
        var now = clock.GetUtcNow();
        for (var i = 0; i < lines; i++)
        {
            var service = services[dice.Next(services.Length)];
            var region = Ledger.Regions[dice.Next(Ledger.Regions.Length)];
            var line = string.Create(CultureInfo.InvariantCulture, $"{{\"service\":\"{service}\",\"region\":\"{region}\",\"symptom\":\"app\"");
            if (dated && dice.Next(5) > 0) line += string.Create(CultureInfo.InvariantCulture, $",\"at\":\"{now.AddSeconds(-dice.Next(3600)):O}\"");
            switch (dice.Next(10))
            {
                case < 4:
                    Append($",\"reporter\":\"{number}-{i}\"", ReportOutcome.Counted);
                    break;
                case < 5 when dated:

                    // Without a time of their own, a clock that is set between the two lines would part them.
                    Append($",\"reporter\":\"{number}-{i}\"", ReportOutcome.Counted);
                    Append($",\"reporter\":\"{number}-{i}\"", ReportOutcome.Duplicate);
                    break;
                case < 6:
                    Append($",\"network\":\"{number}-{i}\",\"count\":{ReportsOfACrowdedNetwork}", ReportOutcome.Counted, SingleReports.NetworkShare);
                    content.Add(service, region, ReportOutcome.Quarantined, ReportsOfACrowdedNetwork - SingleReports.NetworkShare);
                    break;
                default:
                    var count = dice.Next(1, 4);
                    Append($",\"count\":{count}", ReportOutcome.Counted, count);
                    break;
            }

            void Append(FormattableString more, ReportOutcome outcome, int reports = 1)
            {
                text.Append(line).Append(FormattableString.Invariant(more)).Append("}\n");
                content.Add(service, region, outcome, reports);
            }
        }

        return (Encoding.UTF8.GetBytes(text.ToString()), content);
    }

    private async Task<(Heard Heard, JsonElement Answer)> Try(int number, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/reports")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } },
        };
        if (patient) request.Headers.Add("Idempotency-Key", string.Create(CultureInfo.InvariantCulture, $"import-{number}"));
        return await Answer.To(http, request, HttpStatusCode.OK);
    }
}
