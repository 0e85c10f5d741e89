namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class PagesTests(AggregatorFixture fixture)
{
    private const string Hostile = """<script>alert("1")</script> & 'Co'""";
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task A_hostile_name_is_shown_and_never_run()
    {
        var service = await _server.NewService();
        await _server.Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = Hostile, category = Hostile, symptoms = new[] { "app" } }).Json(HttpStatusCode.OK);
        foreach (var path in new[] { "/", $"/services/{service}", $"/?q={Uri.EscapeDataString(Hostile + " of another kind altogether")}" })
        {
            var page = await Page(path, HttpStatusCode.OK);
            Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
            Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_pages_say_how_things_are_without_any_script()
    {
        var service = await _server.NewService("app", "login");
        Assert.Contains($"Test {service}", await Page($"/?q=&never-asked={service}", HttpStatusCode.OK), StringComparison.Ordinal);
        var page = await Page($"/services/{service}", HttpStatusCode.OK);
        Assert.Contains($"Test {service} looks fine", page, StringComparison.Ordinal);
        Assert.Contains($"action=\"/services/{service}/report#report\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"login\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("onclick=", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_form_reports_and_the_page_says_what_became_of_it()
    {
        var (service, address) = (await _server.NewService(), RunningServer.NewAddress());
        foreach (var outcome in new[] { "counted", "duplicate" })
        {
            using var response = await Send(service, address, ("symptom", "login"), ("region", "US"));
            var page = await response.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Contains($"data-outcome=\"{outcome}\"", page, StringComparison.Ordinal);
        }

        await _server.Holds(service, 1, "US");
    }

    [Fact]
    public async Task The_form_may_leave_the_place_open_and_is_told_of_a_fault()
    {
        var service = await _server.NewService();
        using var open = await Send(service, RunningServer.NewAddress(), ("symptom", "app"), ("region", ""));
        Assert.Contains("data-outcome=\"counted\"", await open.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var bad = await Send(service, RunningServer.NewAddress(), ("symptom", "no-such"));
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Contains("data-outcome=\"refused\"", await bad.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cross-site", HttpStatusCode.BadRequest)]
    [InlineData("same-site", HttpStatusCode.BadRequest)]
    [InlineData("same-origin", HttpStatusCode.OK)]
    public async Task The_form_is_taken_from_its_own_page_only(string site, HttpStatusCode status)
    {
        var service = await _server.NewService();
        using var response = await Send(service, RunningServer.NewAddress(), [("symptom", "app")], ("Sec-Fetch-Site", site));
        Assert.Equal(status, response.StatusCode);
        await _server.Holds(service, status == HttpStatusCode.OK ? 1 : 0);
    }

    [Fact]
    public async Task What_is_not_there_is_a_page_for_browsers_and_a_problem_for_others()
    {
        foreach (var path in new[] { "/no/such/page", "/services/no-such-service" }) Assert.Contains("There is nothing at this address", await Page(path, HttpStatusCode.NotFound), StringComparison.Ordinal);
        await _server.Anybody.GetAsync("/no/such/page").Problem(404, "not-found");
        await _server.Anybody.GetAsync("/v1/no-such-thing").Problem(404, "not-found");
        await _server.Anybody.GetAsync("/no-such-file.css").Problem(404, "not-found");
    }

    [Fact]
    public async Task The_search_goes_to_the_service_that_is_meant()
    {
        var service = await _server.NewService();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/?q={service}") { Headers = { { "Accept", "text/html" } } };
        using var response = await _server.Anybody.SendAsync(request);
        Assert.Equal((HttpStatusCode.Found, $"/services/{service}"), (response.StatusCode, response.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task A_region_that_is_none_has_no_page()
    {
        Assert.Contains("There is nothing at this address", await Page("/?region=QX", HttpStatusCode.NotFound), StringComparison.Ordinal);
        await _server.Anybody.GetAsync("/now?region=QX").Problem(404, "unknown-region");
        Assert.Contains("Nothing stands out in", await Page("/?region=NZ", HttpStatusCode.OK), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_region_of_the_operators_own_can_be_chosen()
    {
        await _server.Operator.PutAsJsonAsync("/v1/regions/US-NV", new { name = "Nevada" }).Json(HttpStatusCode.Created);
        var page = await Page("/?region=US-NV", HttpStatusCode.OK);
        Assert.Contains("Nothing stands out in Nevada right now.", page, StringComparison.Ordinal);
        Assert.Contains("<option value=\"US-NV\" selected>Nevada</option>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changes_on_the_front_page_is_told_once()
    {
        using var first = await _server.Anybody.GetAsync("/now?region=NZ");
        Assert.NotNull(first.Headers.ETag);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/now?region=NZ") { Headers = { { "If-None-Match", first.Headers.ETag.ToString() } } };
        using var second = await _server.Anybody.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/spikes")]
    [InlineData("/css/site.css")]
    [InlineData("/no/such/page")]
    public async Task Head_answers_as_get_does_without_the_body(string path)
    {
        using var get = await _server.Anybody.GetAsync(path);
        using var head = await _server.Anybody.SendAsync(new(HttpMethod.Head, path));
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        using var after = await _server.Anybody.GetAsync(path);
        Assert.NotEmpty(await after.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Refusals_carry_the_same_headers_as_answers()
    {
        foreach (var content in new[] { JsonContent.Create(new { region = "QX" }), (HttpContent)new StringContent("{", Encoding.UTF8, "application/json"), new StringContent("") })
        {
            using var response = await _server.Anybody.PostAsync("/v1/services/x/reports", content);
            Assert.True((int)response.StatusCode >= 400);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Theory]
    [InlineData("/css/site.css", "text/css")]
    [InlineData("/js/live.js", "text/javascript")]
    [InlineData("/img/world.svg", "image/svg+xml")]
    [InlineData("/favicon.svg", "image/svg+xml")]
    [InlineData("/_content/Vizor.ECharts/js/vizor-echarts-bundle-min.js", "text/javascript")]
    public async Task What_the_pages_are_made_of_is_served(string path, string type)
    {
        using var response = await _server.Anybody.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());
    }

    private async Task<string> Page(string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/html" } } };
        using var response = await _server.Anybody.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("default-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        return await response.Content.ReadAsStringAsync();
    }

    private Task<HttpResponseMessage> Send(string service, string address, params (string Name, string Value)[] fields) => Send(service, address, fields, []);

    private async Task<HttpResponseMessage> Send(string service, string address, (string Name, string Value)[] fields, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/services/{service}/report") { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) };
        request.Headers.Add("X-Forwarded-For", address);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await _server.Anybody.SendAsync(request);
    }
}
