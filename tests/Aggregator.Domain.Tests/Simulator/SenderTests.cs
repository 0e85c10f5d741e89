using System.Net;
using System.Text.Json;
using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public sealed class SenderTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);
    private readonly Intake _intake = new();
    private readonly HastyTime _time = new(Start);

    public void Dispose() => _intake.Dispose();

    [Fact]
    public async Task Every_report_is_sent_once_and_none_before_it_is_due()
    {
        var reports = Enumerable.Range(0, 3_000).Select(i => Report(i, Start.AddSeconds(i / 10.0))).ToArray();
        _intake.Now = _time.GetUtcNow;
        var totals = await Send(reports);

        Assert.Equal(reports.Select(report => report.Reporter), _intake.Heard.Select(heard => heard.Reporter));
        Assert.All(_intake.Heard.Zip(reports), pair => Assert.True(pair.First.When >= pair.Second.Due));
        Assert.Equal((3_000, 3_000, true), (totals.Sent, totals.Accepted, totals.AllAccepted));
    }

    [Fact]
    public async Task A_restart_in_the_middle_loses_none_and_doubles_none()
    {
        _intake.Answers = new(["refuse", "drop", "503", "ok", "drop after", "429", "ok"]);
        var totals = await Send([.. Enumerable.Range(0, 600).Select(i => Report(i, Start.AddSeconds(i / 100.0)))]);

        Assert.Equal(600, totals.Accepted);
        Assert.Equal(600, _intake.Heard.Count);
        Assert.Equal(600, _intake.Heard.Distinct().Count());
    }

    [Fact]
    public async Task A_refusal_ends_it_with_the_words_of_the_problem()
    {
        _intake.Answers = new(["403"]);
        var refusal = await Assert.ThrowsAsync<ApiException>(() => Send([Report(0, Start)]));
        Assert.Contains("wrong-scope", refusal.Message);
    }

    [Fact]
    public async Task A_report_that_is_late_says_when_it_was_made()
    {
        await Send([Report(0, Start.AddSeconds(-30)), Report(1, Start)]);
        Assert.Equal("2026-05-06T07:07:39Z", _intake.Heard[0].At);
        Assert.Null(_intake.Heard[1].At);
    }

    [Fact]
    public async Task A_gap_of_months_is_waited_for()
    {
        await Send([Report(0, Start), Report(1, Start.AddDays(90))]);
        Assert.True(_time.GetUtcNow() >= Start.AddDays(90));
    }

    private async Task<Totals> Send(LiveReport[] reports)
    {
        using var http = new HttpClient(_intake, disposeHandler: false) { BaseAddress = new("http://aggregator.test/") };
        var sender = new Sender(new(http, _time), _time, "run");
        await sender.Send(reports, TestContext.Current.CancellationToken);
        return sender.Totals;
    }

    private static LiveReport Report(int number, DateTimeOffset due) => new(due, "x", "US", "app", $"r{number}", $"n{number}");

    /// <summary>The aggregator's side of the wire: counts a key once, and fails as it is told to.</summary>
    private sealed class Intake : HttpMessageHandler
    {
        private readonly Dictionary<string, int> _answered = [];

        public List<(string? Reporter, string? At, DateTimeOffset When)> Heard { get; } = [];

        public Queue<string> Answers { get; set; } = new();

        public Func<DateTimeOffset> Now { get; set; } = () => default;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            var answer = Answers.TryDequeue(out var next) ? next : "ok";
            if (answer is "refuse" or "drop") throw new HttpRequestException($"Connection {answer}d");
            if (answer == "403") return Problem(HttpStatusCode.Forbidden, "wrong-scope");
            if (answer is "503" or "429")
            {
                var busy = Problem(answer == "503" ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.TooManyRequests, "busy");
                busy.Headers.RetryAfter = new(TimeSpan.FromSeconds(1));
                return busy;
            }

            var key = request.Headers.GetValues("Idempotency-Key").Single();
            if (!_answered.TryGetValue(key, out var accepted))
            {
                var body = await request.Content!.ReadAsStringAsync(cancel);
                foreach (var line in body.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    using var json = JsonDocument.Parse(line);
                    var at = json.RootElement.TryGetProperty("at", out var made) ? made.GetString() : null;
                    Heard.Add((json.RootElement.GetProperty("reporter").GetString(), at, Now()));
                    accepted++;
                }

                _answered[key] = accepted;
            }

            if (answer == "drop after") throw new HttpRequestException("Connection dropped");
            return Json(HttpStatusCode.OK, $$"""{"accepted":{{accepted}},"duplicate":0,"quarantined":0,"rejected":0,"errors":[]}""");
        }

        private static HttpResponseMessage Problem(HttpStatusCode status, string word) =>
            Json(status, $$"""{"type":"urn:aggregator:{{word}}","title":"No","detail":"Because."}""");

        private static HttpResponseMessage Json(HttpStatusCode status, string body) => new(status) { Content = new StringContent(body) };
    }
}
