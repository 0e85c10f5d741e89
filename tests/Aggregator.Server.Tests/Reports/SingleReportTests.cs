namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class SingleReportTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task A_report_is_acknowledged_with_all_that_the_contract_names()
    {
        var service = await _server.NewService();
        var before = RunningServer.Now;
        using var response = await _server.Report(service, new { symptom = "login", region = "US", comment = "cannot log in" });
        var answer = await response.Json();

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(["outcome", "service", "region", "symptom", "bucket", "level", "reports15m", "expected15m"], answer.Names());
        Assert.Equal(("counted", service, "US", "login"), (answer.Text("outcome"), answer.Text("service"), answer.Text("region"), answer.Text("symptom")));
        Assert.EndsWith("Z", answer.Text("bucket"), StringComparison.Ordinal);
        var bucket = answer.GetProperty("bucket").GetDateTimeOffset();
        Assert.Equal(0, bucket.Second % 10);
        Assert.InRange(bucket, before.AddSeconds(-10), RunningServer.Now);
        Assert.Contains(answer.Text("level"), new[] { "Normal", "Unknown" });
    }

    [Fact]
    public async Task The_answer_tells_the_region_with_the_report_in_it()
    {
        var service = await _server.NewService();
        await _server.Report(service, new { region = "US" }).Json(HttpStatusCode.Accepted);

        var answer = await Eventually.Is(
            "the region in the answer",
            () => _server.Report(service, new { region = "US" }).Json(HttpStatusCode.Accepted),
            told => told.GetProperty("reports15m").ValueKind == JsonValueKind.Number && told.GetProperty("expected15m").ValueKind == JsonValueKind.Number);
        Assert.True(answer.Number("reports15m") >= 1);
    }

    [Fact]
    public async Task The_same_reporter_is_counted_once_then_a_duplicate_whatever_region_it_names()
    {
        var (service, address) = (await _server.NewService(), RunningServer.NewAddress());
        Assert.Equal("counted", await Outcome(new { symptom = "app", region = "US" }));
        Assert.Equal("duplicate", await Outcome(new { symptom = "app", region = "US" }));
        Assert.Equal("duplicate", await Outcome(new { symptom = "login", region = "GB" }));

        async Task<string?> Outcome(object body) => (await _server.Report(service, body, address).Json(HttpStatusCode.Accepted)).Text("outcome");
    }

    [Fact]
    public async Task A_reporter_of_one_service_is_new_to_another()
    {
        var address = RunningServer.NewAddress();
        foreach (var service in new[] { await _server.NewService(), await _server.NewService() })
            Assert.Equal("counted", (await _server.Report(service, new { }, address).Json(HttpStatusCode.Accepted)).Text("outcome"));
    }

    [Fact]
    public async Task Of_a_hundred_reporters_in_one_network_its_share_is_counted_and_the_rest_quarantined()
    {
        var (service, network) = (await _server.NewService(), RunningServer.NewAddress()[..^1]);
        var answers = await Task.WhenAll(Enumerable.Range(1, 100).Select(i => _server.Report(service, new { region = "US" }, network + i).Json(HttpStatusCode.Accepted)));
        var outcomes = answers.CountBy(answer => answer.Text("outcome")!).ToDictionary();
        Assert.Equal(new() { ["counted"] = 20, ["quarantined"] = 80 }, outcomes);

        await Eventually.Is("twenty in the region", () => Reports(service, "US"), reports => reports == 20);
        await Eventually.Is("twenty in all regions", () => Reports(service, "ALL"), reports => reports == 20);
    }

    [Fact]
    public async Task Addresses_of_one_ipv6_network_of_64_bits_are_one_reporter()
    {
        var service = await _server.NewService();
        Assert.Equal("counted", (await _server.Report(service, new { }, "2001:db8:1:2::1").Json(HttpStatusCode.Accepted)).Text("outcome"));
        Assert.Equal("duplicate", (await _server.Report(service, new { }, "2001:db8:1:2:ffff::2").Json(HttpStatusCode.Accepted)).Text("outcome"));
        Assert.Equal("counted", (await _server.Report(service, new { }, "2001:db8:1:3::1").Json(HttpStatusCode.Accepted)).Text("outcome"));
    }

    [Fact]
    public async Task What_is_not_named_is_other_and_somewhere()
    {
        var answer = await _server.Report(await _server.NewService(), new { }).Json(HttpStatusCode.Accepted);
        Assert.Equal(("other", "ZZ"), (answer.Text("symptom"), answer.Text("region")));
    }

    private async Task<long> Reports(string service, string region) =>
        (await _server.Get($"/v1/services/{service}/regions/{region}")).GetProperty("reports").Number("15m");
}
