using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aggregator.Server.Tests;

/// <summary>What people do, in a real browser.</summary>
[StartsProcess]
public sealed class BrowserTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start(RunningServer.BelievingProxies);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Someone_affected_reports_and_is_told_what_became_of_it(bool scripts)
    {
        await using var browser = await Browser.Start();
        var service = await _server.NewService("app", "login");
        var page = await browser.Open($"{_server.Anybody.BaseAddress}services/{service}", scripts);

        await page.GetByLabel("Where are you?").SelectOptionAsync("GB");
        await page.GetByRole(AriaRole.Button, new() { Name = "Signing in" }).ClickAsync();
        await Expect(page.Locator(".outcome")).ToContainTextAsync("Counted");

        await page.GetByRole(AriaRole.Button, new() { Name = "Signing in" }).ClickAsync();
        await Expect(page.Locator(".outcome")).ToContainTextAsync("Duplicate");
        Assert.Equal(1, (await _server.Get($"/v1/services/{service}/regions/GB")).GetProperty("symptoms").Number("login"));
        Assert.Empty(browser.Faults);
    }

    [Fact]
    public async Task What_somebody_writes_is_read_by_all_who_look_where_the_service_shows_it()
    {
        await using var browser = await Browser.Start();
        var service = await _server.NewService("app");
        await _server.Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = "Shown", category = "test", symptoms = new[] { "app" }, showsComments = true }).Json(HttpStatusCode.OK);
        var reader = await browser.Open($"{_server.Anybody.BaseAddress}services/{service}");
        await Expect(reader.GetByText("Nobody has written anything.")).ToBeVisibleAsync();

        var writer = await browser.Open($"{_server.Anybody.BaseAddress}services/{service}");
        await writer.GetByLabel("In your own words").FillAsync("<b>nothing</b> loads");
        await writer.GetByRole(AriaRole.Button, new() { Name = "App" }).ClickAsync();
        await Expect(writer.Locator("#comments")).ToContainTextAsync("<b>nothing</b> loads");
        await Expect(reader.Locator("#comments")).ToContainTextAsync("<b>nothing</b> loads", new() { Timeout = 20_000 });
        Assert.Empty(browser.Faults);
    }

    [Fact]
    public async Task The_regions_are_put_in_the_order_that_the_reader_wants_and_the_chart_shows_a_week()
    {
        await using var browser = await Browser.Start();
        var service = await _server.NewService("app");
        await _server.PostLines("/v1/reports", string.Join('\n', new[] { ("US", 3), ("AT", 2), ("GB", 1) }.Select(of => $$"""{"service":"{{service}}","region":"{{of.Item1}}","count":{{of.Item2}}}"""))).Json(HttpStatusCode.OK);
        await _server.Holds(service, 6);
        var page = await browser.Open($"{_server.Anybody.BaseAddress}services/{service}");
        var names = page.Locator("#regions tbody th");
        await Expect(names).ToHaveTextAsync(["United States", "Austria", "United Kingdom"]);

        var region = page.GetByRole(AriaRole.Columnheader, new() { Name = "Region" });
        await region.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(names).ToHaveTextAsync(["Austria", "United Kingdom", "United States"]);
        await Expect(region).ToHaveAttributeAsync("aria-sort", "ascending");
        await region.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(names).ToHaveTextAsync(["United States", "United Kingdom", "Austria"]);

        await page.GetByLabel("7 days").CheckAsync();
        await Expect(page.Locator("#chart-summary")).ToContainTextAsync("the last 7 days");
        await Expect(page.Locator("#day")).ToHaveTextAsync("The last 7 days");
        Assert.Empty(browser.Faults);
    }

    [Fact]
    public async Task Someone_watching_sees_a_spike_arrive_without_a_reload()
    {
        await using var browser = await Browser.Start();
        var service = await _server.NewService("app");
        var home = await browser.Open($"{_server.Anybody.BaseAddress}");
        var page = await browser.Open($"{_server.Anybody.BaseAddress}services/{service}");
        await Expect(page.Locator("#sentence")).ToContainTextAsync("looks fine");
        await Expect(home.Locator("#spikes")).ToContainTextAsync("No region stands out right now.");

        var number = 0;
        await Eventually.Is("a spike", Flood, spikes => spikes.Length > 0, TimeSpan.FromSeconds(60));
        await Expect(page.Locator("#sentence")).ToContainTextAsync("the United States", new() { Timeout = 10_000 });
        await Expect(home.Locator("#spikes")).ToContainTextAsync("United States", new() { Timeout = 10_000 });
        await page.Locator("#chart").ScrollIntoViewIfNeededAsync();
        await Expect(page.Locator("canvas").First).ToBeVisibleAsync();
        Assert.Empty(browser.Faults);

        async Task<JsonElement[]> Flood()
        {
            var lines = Enumerable.Range(0, 40).Select(_ => $$"""{"service":"{{service}}","region":"US","symptom":"app","reporter":"r{{number}}","network":"n{{number++}}"}""");
            await _server.PostLines("/v1/reports", string.Join('\n', lines)).Json(HttpStatusCode.OK);
            return (await _server.Get($"/v1/spikes?service={service}&region=US")).List("spikes");
        }
    }
}
