namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class CatalogTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task The_regions_are_those_of_ISO_3166_and_somewhere()
    {
        var regions = (await _server.Get("/v1/regions")).List("regions");
        Assert.All(regions, region => Assert.Equal(["region", "name"], region.Names()));
        var codes = regions.Select(region => region.Text("region")!).ToHashSet();
        Assert.All(new[] { "US", "GB", "IN", "FR", "CA", "DE", "JP", "BR", "AU", "ZZ" }, code => Assert.Contains(code, codes));
        Assert.DoesNotContain("ALL", codes);
        Assert.True(codes.Count(code => code.Length == 2) >= 249);
    }

    [Fact]
    public async Task The_starter_catalog_knows_what_people_ask_for()
    {
        var known = (await _server.Get("/v1/services?limit=1000")).List("services").Select(one => one.Text("service"));
        Assert.All(
            new[] { "x", "facebook", "instagram", "whatsapp", "youtube", "aws", "cloudflare", "verizon", "att", "t-mobile", "spectrum" },
            service => Assert.Contains(service, known));
    }

    [Fact]
    public async Task A_service_is_added_then_changed_then_gone()
    {
        var service = await _server.NewService("app");
        var changed = await _server.Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = " New name ", category = "other", homepage = "https://example.org/", symptoms = new[] { "tv" } }).Json(HttpStatusCode.OK);
        Assert.Equal((service, "New name", "other", "https://example.org/"), (changed.Text("service"), changed.Text("name"), changed.Text("category"), changed.Text("homepage")));
        Assert.Equal(["tv", "other"], changed.List("symptoms").Select(symptom => symptom.GetString()));
        await _server.Report(service, new { symptom = "tv" }).Json(HttpStatusCode.Accepted);
        await _server.Report(service, new { symptom = "app" }).Problem(400, "invalid", "symptom");

        using var deleted = await _server.Operator.DeleteAsync($"/v1/services/{service}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await _server.Report(service, new { symptom = "tv" }).Problem(404, "unknown-service");
        await _server.Anybody.GetAsync($"/v1/services/{service}?never=asked").Problem(404, "unknown-service");
        Assert.DoesNotContain((await _server.Get($"/v1/services?q={service}&never=asked")).List("services"), one => one.Text("service") == service);
        await _server.Operator.DeleteAsync($"/v1/services/{service}").Problem(404, "unknown-service");
    }

    [Fact]
    public async Task A_service_is_found_by_what_else_it_is_called()
    {
        foreach (var (asked, service) in new[] { ("twitter", "x"), ("fb", "facebook"), ("aws", "aws"), ("office%20365", "microsoft-365"), ("PSN", "playstation-network"), ("yuotube", "youtube") })
            Assert.Equal([service], (await _server.Get($"/v1/services?q={asked}")).List("services").Select(one => one.Text("service")));

        var own = await _server.NewService();
        var put = new { name = "Own", category = "tests", symptoms = new[] { "app" }, aliases = new[] { " The Purple One ", "the purple one" } };
        Assert.Equal(["The Purple One"], (await _server.Operator.PutAsJsonAsync($"/v1/services/{own}", put).Json(HttpStatusCode.OK)).List("aliases").Select(alias => alias.GetString()));
        Assert.Equal(["The Purple One"], (await _server.Get($"/v1/services/{own}")).List("aliases").Select(alias => alias.GetString()));
        Assert.Equal([own], (await _server.Get("/v1/services?q=purple")).List("services").Select(one => one.Text("service")));
    }

    public static TheoryData<string, string, string> BadServices => new()
    {
        { "fine", $$"""{"name":"n","category":"c","symptoms":["app"],"aliases":["{{new string('a', 61)}}"]}""", "aliases" },
        { "fine", """{"name":"n","category":"c","symptoms":["app"],"aliases":[null]}""", "aliases" },
        { "fine", """{"name":"n","category":"c","symptoms":["app"],"aliases":[" "]}""", "aliases" },
        { "fine", """{"name":"n","category":"c","symptoms":["app"],"aliases":["a\u0007"]}""", "aliases" },
        { "fine", $$"""{"name":"n","category":"c","symptoms":["app"],"aliases":[{{string.Join(',', Enumerable.Range(0, 21).Select(i => $"\"a{i}\""))}}]}""", "aliases" },
        { "UPPER", """{"name":"n","category":"c","symptoms":["app"]}""", "service" },
        { "fine", """{"category":"c","symptoms":["app"]}""", "name" },
        { "fine", """{"name":" ","category":"c","symptoms":["app"]}""", "name" },
        { "fine", """{"name":"n","symptoms":["app"]}""", "category" },
        { "fine", """{"name":"n","category":"c"}""", "symptoms" },
        { "fine", """{"name":"n","category":"c","symptoms":[]}""", "symptoms" },
        { "fine", """{"name":"n","category":"c","symptoms":["Not a key"]}""", "symptoms" },
        { "fine", """{"name":"n","category":"c","symptoms":[null]}""", "symptoms" },
        { "fine", """{"name":"n","category":"c","symptoms":["app"],"homepage":"javascript:alert(1)"}""", "homepage" },
        { "fine", """{"name":"n","category":"c","symptoms":["app"],"homepage":"/relative"}""", "homepage" },
    };

    [Theory]
    [MemberData(nameof(BadServices))]
    public async Task A_bad_service_is_told_by_its_field(string service, string body, string field) =>
        await _server.Operator.PutAsync($"/v1/services/{service}", new StringContent(body, Encoding.UTF8, "application/json")).Problem(400, "invalid", field);

    [Theory]
    [InlineData("/v1/services/fine")]
    [InlineData("/v1/regions/EU-TEST")]
    public async Task A_body_that_is_no_object_is_a_bad_body(string path)
    {
        foreach (var body in new[] { "", "[]", "null", "{" })
            await _server.Operator.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json")).Problem(400, "bad-body");
    }

    [Fact]
    public async Task A_region_of_the_operators_own_is_added_reported_from_and_taken_away()
    {
        var service = await _server.NewService();
        await _server.Operator.PutAsJsonAsync("/v1/regions/US-CA", new { name = "California" }).Json(HttpStatusCode.Created);
        await _server.Operator.PutAsJsonAsync("/v1/regions/US-CA", new { name = "The Golden State" }).Json(HttpStatusCode.OK);
        Assert.Equal("US-CA", (await _server.Report(service, new { region = "US-CA" }).Json(HttpStatusCode.Accepted)).Text("region"));
        Assert.Equal("The Golden State", (await _server.Get($"/v1/services/{service}/regions/US-CA")).Text("name"));

        using var deleted = await _server.Operator.DeleteAsync("/v1/regions/US-CA");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await _server.Report(service, new { region = "US-CA" }).Problem(400, "invalid", "region");
        await _server.Operator.DeleteAsync("/v1/regions/US-CA").Problem(404, "unknown-region");
    }

    [Theory]
    [InlineData("ALL", """{"name":"Everywhere"}""", "region")]
    [InlineData("us", """{"name":"n"}""", "region")]
    [InlineData("EU", """{}""", "name")]
    [InlineData("EU", """{"name":""}""", "name")]
    public async Task A_bad_region_is_told_by_its_field(string region, string body, string field) =>
        await _server.Operator.PutAsync($"/v1/regions/{region}", new StringContent(body, Encoding.UTF8, "application/json")).Problem(400, "invalid", field);
}
