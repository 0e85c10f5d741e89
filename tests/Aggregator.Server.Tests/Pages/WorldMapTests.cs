using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class WorldMapTests(AggregatorFixture fixture)
{
    [Fact]
    public async Task Every_region_of_iso_3166_has_its_shape_or_its_circle()
    {
        var drawing = await Drawing();
        var regions = (await fixture.Server.Get("/v1/regions")).List("regions").Select(region => region.Text("region")!).Where(region => region.Length == 2 && region != "ZZ");
        Assert.All(regions, region => Assert.Contains($"id=\"{region}\"", drawing, StringComparison.Ordinal));
        Assert.DoesNotContain("id=\"ZZ\"", drawing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_small_in_its_coordinates_and_kept_by_browsers()
    {
        var drawing = await Drawing();
        Assert.Contains("viewBox=\"0 0 4000 1760\"", drawing, StringComparison.Ordinal);
        using var packed = new MemoryStream();
        await using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) await brotli.WriteAsync(Encoding.UTF8.GetBytes(drawing));
        Assert.InRange(packed.Length, 1000, 25_000);
    }

    private async Task<string> Drawing()
    {
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html" } } };
        using var answer = await fixture.Server.Anybody.SendAsync(asked);
        var page = await answer.Content.ReadAsStringAsync();
        var address = Regex.Match(page, "(?<=data-drawing=\")[^\"]+", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        Assert.Matches("^/assets/[a-z0-9]+/img/world.svg$", address);
        using var response = await fixture.Server.Anybody.GetAsync(address);
        Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        return await response.Content.ReadAsStringAsync();
    }
}
