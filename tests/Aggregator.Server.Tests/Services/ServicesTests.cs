namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class ServicesTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task The_list_says_of_each_service_how_it_is()
    {
        var service = await _server.NewService();
        await _server.Report(service, new { region = "US" }).Json(HttpStatusCode.Accepted);
        var listed = await Eventually.Is(
            "the report in the list",
            async () => (await _server.Get($"/v1/services?q={service}")).List("services").FirstOrDefault(one => one.Text("service") == service),
            one => one.ValueKind == JsonValueKind.Object && one.Number("reports15m") == 1, TimeSpan.FromSeconds(30));

        Assert.Equal(["service", "name", "level", "reports15m", "expected15m", "regionsInSpike", "incident", "spark"], listed.Names());
        Assert.Equal("Normal", listed.Text("level"));
        Assert.Equal(24, listed.List("spark").Length);
        Assert.Equal(1, listed.List("spark").Sum(step => step.GetInt64()));
    }

    [Fact]
    public async Task The_list_is_searched_by_name_and_key_whatever_the_case()
    {
        var service = await _server.NewService();
        foreach (var part in new[] { service.ToUpperInvariant(), $"tEST {service}" })
        {
            var list = await _server.Get($"/v1/services?q={Uri.EscapeDataString(part)}");
            Assert.EndsWith("Z", list.Text("at"), StringComparison.Ordinal);
            Assert.Contains(list.List("services"), one => one.Text("service") == service);
        }

        Assert.Empty((await _server.Get("/v1/services?q=nobody-calls-it-so")).List("services"));
    }

    [Fact]
    public async Task The_list_is_filtered_by_level()
    {
        var service = await _server.NewService();
        Assert.Single((await _server.Get($"/v1/services?q={service}&level=normal")).List("services"), one => one.Text("service") == service);
        Assert.DoesNotContain((await _server.Get($"/v1/services?q={service}&level=Spike,Elevated")).List("services"), one => one.Text("service") == service);
    }

    [Fact]
    public async Task The_list_comes_in_pages_that_next_leads_through()
    {
        // Services that nobody reports on: the order of others may change from page to page.
        var name = $"paged-{Guid.NewGuid()}";
        for (var i = 0; i < 5; i++)
            await _server.Operator.PutAsJsonAsync($"/v1/services/{await _server.NewService()}", new { name = $"{name} {i}", category = "tests", symptoms = new[] { "app" } }).Json(HttpStatusCode.OK);
        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = await _server.Get($"/v1/services?q={name}&limit=2{(next is null ? "" : $"&cursor={Uri.EscapeDataString(next)}")}");
            Assert.InRange(page.List("services").Length, 1, 2);
            seen.AddRange(page.List("services").Select(one => one.Text("service")!));
            next = page.TryGetProperty("next", out var more) ? more.GetString() : null;
        }
        while (next is not null);

        Assert.Equal((await _server.Get($"/v1/services?q={name}&limit=1000")).List("services").Select(one => one.Text("service")), seen);
        Assert.Equal(5, seen.Count);
    }

    [Theory]
    [InlineData("level=Bad", "level")]
    [InlineData("level=1", "level")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("cursor=-1", "cursor")]
    [InlineData("cursor=nonsense", "cursor")]
    public async Task A_bad_query_is_told_by_its_field(string query, string field) => await _server.Anybody.GetAsync($"/v1/services?{query}").Problem(400, "invalid", field);

    [Fact]
    public async Task One_service_is_told_in_full()
    {
        var service = await _server.NewService("app", "login");
        await _server.Report(service, new { region = "US", symptom = "login" }).Json(HttpStatusCode.Accepted);
        await _server.Report(service, new { region = "GB", symptom = "login" }).Json(HttpStatusCode.Accepted);
        var read = await Eventually.Is("two reports", () => _server.Get($"/v1/services/{service}"), one => one.Number("reports15m") == 2);

        Assert.Equal(
            ["at", "service", "name", "category", "homepage", "level", "reason", "since", "reports15m", "expected15m", "regionsInSpike", "incident", "reports", "expected", "symptoms", "spark", "openIncident", "evidence", "showsComments", "aliases"],
            read.Names());
        Assert.Equal(["1m", "5m", "15m", "1h", "24h"], read.GetProperty("reports").Names());
        Assert.Equal(["1m", "5m", "15m", "1h", "24h"], read.GetProperty("expected").Names());
        Assert.Equal(("tests", 2), (read.Text("category"), read.GetProperty("symptoms").Number("login")));
        Assert.Equal(0, read.GetProperty("symptoms").Number("app"));
        Assert.EndsWith("Z", read.Text("at"), StringComparison.Ordinal);
        Assert.EndsWith("Z", read.Text("since"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/services/no-such-service")]
    [InlineData("/v1/services/no-such-service/regions")]
    [InlineData("/v1/services/no-such-service/regions/US")]
    [InlineData("/v1/services/no-such-service/series")]
    [InlineData("/v1/services/UPPER")]
    public async Task A_service_outside_the_catalog_is_unknown(string path) => await _server.Anybody.GetAsync(path).Problem(404, "unknown-service");

    [Theory]
    [InlineData("/v1/services")]
    [InlineData("/v1/services/x")]
    [InlineData("/v1/services/x/regions")]
    [InlineData("/v1/services/x/regions/US")]
    [InlineData("/v1/services/x/series?interval=1h&from=2026-01-01")]
    [InlineData("/v1/spikes")]
    [InlineData("/v1/incidents")]
    [InlineData("/v1/regions")]
    public async Task What_is_read_can_be_kept_asked_for_again_and_read_from_any_page(string path)
    {
        if (path.Contains("2026", StringComparison.Ordinal)) path = path.Replace("2026-01-01", RunningServer.Now.AddDays(-2).ToString("yyyy-MM-dd"), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Origin", "https://elsewhere.example" } } };
        using var response = await _server.Anybody.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.True(response.Headers.CacheControl!.Public);
        Assert.NotNull(response.Headers.ETag);

        using var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { response.Headers.ETag } } };
        using var unchanged = await _server.Anybody.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal(response.Headers.ETag, unchanged.Headers.ETag);

        using var other = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { new("\"another\"") } } };
        using var changed = await _server.Anybody.SendAsync(other);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task Another_site_may_not_write()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/services/x") { Headers = { { "Origin", "https://elsewhere.example" }, { "Access-Control-Request-Method", "PUT" } } };
        using var response = await _server.Anybody.SendAsync(preflight);
        Assert.DoesNotContain("PUT", response.Headers.TryGetValues("Access-Control-Allow-Methods", out var methods) ? string.Join(',', methods) : "", StringComparison.Ordinal);
    }
}
