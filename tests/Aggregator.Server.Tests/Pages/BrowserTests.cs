using static Microsoft.Playwright.Assertions;

namespace Aggregator.Server.Tests;

/// <summary>What people do, in a real browser.</summary>
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

        await page.GetByLabel("Signing in").CheckAsync();
        await page.GetByLabel("Where are you?").SelectOptionAsync("GB");
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Report a problem" }).ClickAsync();
        await Expect(page.Locator(".outcome")).ToContainTextAsync("Counted");

        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Report a problem" }).ClickAsync();
        await Expect(page.Locator(".outcome")).Not.ToContainTextAsync("Counted");
        Assert.Equal(1, (await _server.Get($"/v1/services/{service}/regions/GB")).GetProperty("symptoms").Number("login"));
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
