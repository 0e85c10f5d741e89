namespace Aggregator.Server.Tests;

/// <summary>A report is not lost for a code that CDNs, databases of addresses and people use beside those of ISO 3166-1.</summary>
[Collection(OneServer.Name)]
public sealed class RegionAliasesTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Kosovo_is_a_region_with_its_name_and_its_place_on_the_map()
    {
        Assert.Contains(("XK", "Kosovo"), (await _server.Get("/v1/regions")).List("regions").Select(region => (region.Text("region"), region.Text("name"))));
        Assert.True(MapSpot.Has("XK"));
    }

    [Theory]
    [InlineData("UK", "GB")]
    [InlineData("EL", "GR")]
    [InlineData("IC", "ES")]
    [InlineData("AC", "SH")]
    [InlineData("DG", "IO")]
    [InlineData("T1", "ZZ")]
    [InlineData("XX", "ZZ")]
    [InlineData("EU", "ZZ")]
    [InlineData("A1", "ZZ")]
    public async Task Another_code_counts_in_the_region_that_it_means_at_every_door(string alias, string region)
    {
        var service = await _server.NewService();
        Assert.Equal(region, (await _server.Report(service, new { region = alias }).Json(HttpStatusCode.Accepted)).Text("region"));

        var lines = await _server.PostLines("/v1/reports", $$"""{"service":"{{service}}","region":"{{alias}}","count":3}""").Json(HttpStatusCode.OK);
        Assert.Equal((3, 0), (lines.Number("accepted"), lines.Number("rejected")));
        await Eventually.Is("all four", () => _server.Get($"/v1/services/{service}/regions/{region}?once={Guid.NewGuid()}"), read => read.GetProperty("reports").Number("15m") == 4);

        var from = RunningServer.Now.AddHours(-5).UtcDateTime;
        await _server.PostLines("/v1/history", $$"""{"service":"{{service}}","region":"{{alias}}","from":"{{from:yyyy-MM-ddTHH:mm:00}}Z","interval":"1m","counts":[1]}""").Json(HttpStatusCode.OK);
        var bars = new StringContent($$"""[{"point_in_time":"{{from:yyyy-MM-ddTHH:mm:00}}Z","total":1}]""", Encoding.UTF8, "application/json");
        Assert.Equal(region, (await _server.Operator.PostAsync($"/v1/history/downdetector?service={service}&region={alias}", bars).Json(HttpStatusCode.OK)).Text("region"));
    }

    [Fact]
    public void Every_alias_means_a_region_that_exists_and_is_none_itself()
    {
        var codes = _server.Get<Catalog>().Regions.Select(region => region.Region).ToHashSet();
        Assert.All(RegionAliases.All, alias =>
        {
            Assert.Contains(alias.Value, codes);
            Assert.DoesNotContain(alias.Key, codes);
        });
    }

    [Fact]
    public void A_region_of_the_operators_own_wins_over_an_alias()
    {
        var names = new CatalogNames([], ["GB", "UK", "EU", "ZZ"]);
        Assert.Equal("UK", names.Region("UK")!.Value.Value);
        Assert.Equal("EU", names.Region("EU")!.Value.Value);
        Assert.Equal("ZZ", names.Region("T1")!.Value.Value);
    }

    [Fact]
    public async Task A_code_of_a_proxy_that_nobody_knows_is_elsewhere()
    {
        await using var server = await RunningServer.Start([.. RunningServer.BelievingProxies, "Regions:Header=CF-IPCountry"]);
        foreach (var (told, region) in ((string, string)[])[("XK", "XK"), (" UK ", "GB"), ("T1", "ZZ"), ("QQ", "ZZ"), ("", "ZZ"), ("ALL", "ZZ")])
            Assert.Equal(region, (await server.Report("x", new { }, headers: ("CF-IPCountry", told)).Json(HttpStatusCode.Accepted)).Text("region"));
    }
}
