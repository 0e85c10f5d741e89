using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aggregator.Server.Tests;

/// <summary>The page of a service that is down and of its incident, in a real browser.</summary>
[Collection(OneTroubledServer.Name)]
[StartsProcess]
public sealed class ServicePageTests(TroubledServer troubled) : IAsyncLifetime
{
    private Browser _browser = null!;

    public async ValueTask InitializeAsync() => _browser = await Browser.Start();

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(_browser.Faults);
        await _browser.DisposeAsync();
    }

    [Fact]
    public async Task The_chart_library_comes_when_the_chart_is_about_to_be_seen()
    {
        var page = await _browser.Open("about:blank", reader: new() { ViewportSize = new() { Width = 1280, Height = 300 } });
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(request.Url);
        await page.GotoAsync(troubled.Address("/services/telegram"));
        await Expect(page.Locator("#sight")).ToHaveTextAsync("live");
        await Expect(page.Locator("#chart-summary")).ToContainTextAsync("the last 24 hours");
        Assert.DoesNotContain(asked, url => url.Contains("echarts", StringComparison.Ordinal));
        await Expect(page.Locator("#chart svg")).ToBeVisibleAsync();

        await page.Locator("#chart").ScrollIntoViewIfNeededAsync();
        await Expect(page.Locator("#chart canvas").First).ToBeVisibleAsync();
        Assert.Single(asked, url => url.Contains("echarts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_of_a_region_leaves_out_how_often_chance_does_it()
    {
        // A new service has no baseline, and so nothing to say of chance; the sentence is that of WordingTests.
        var page = await Open("/services/telegram");
        Assert.Equal("153 reports; since about 13:31 UTC.", await page.EvaluateAsync<string>("""
            async () => {
              const { shortly } = await import('/js/words.js');
              return shortly({ sentence: '153 reports; since about 13:31 UTC; chance alone does this once in 40 days.', chance: { text: 'once in 40 days' } });
            }
            """));
    }

    [Fact]
    public async Task The_keyboard_alone_reports_and_is_told()
    {
        var service = await troubled.Server.NewService("app", "login");
        var page = await Open($"/services/{service}");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        for (var i = 0; i < 12 && !await page.Locator("#region").EvaluateAsync<bool>("region => region === document.activeElement"); i++) await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("Canad");
        await Expect(page.Locator("#region")).ToHaveValueAsync("CA");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "App" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".outcome")).ToContainTextAsync("Counted, thank you. 1 report from Canada");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "App" })).ToBeFocusedAsync();
        await Expect(page.Locator("#windows [data-key='15m'] [data-f=reports]")).ToHaveTextAsync("1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_incident_is_read_from_the_page_of_its_service(bool scripts)
    {
        var page = await Open("/services/telegram", scripts, new() { TimezoneId = "Asia/Kolkata", Locale = "de-DE" });
        await page.GetByRole(AriaRole.Link, new() { Name = "See its course" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(troubled.Address($"/incidents/{troubled.Incident}"));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Telegram has been having trouble since");
        await Expect(page.Locator(".timeline li").First).ToContainTextAsync("eports of trouble with Telegram in");
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "Monaco" })).ToBeVisibleAsync();

        // The axes of the chart: counts, and moments in the reader's own time with UTC at hand.
        await Expect(page.Locator(".course .what")).ToHaveTextAsync("Reports in 1 minute");
        await Expect(page.Locator(".course .line")).ToHaveAttributeAsync("d", Like("^M"));
        var tick = page.Locator(".course .tick").First;
        var at = DateTimeOffset.Parse((await tick.GetAttributeAsync("data-at"))!, System.Globalization.CultureInfo.InvariantCulture);
        await Expect(tick).ToHaveTextAsync(at.ToOffset(scripts ? TimeSpan.FromMinutes(330) : TimeSpan.Zero).ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture));
        await Expect(page.Locator(".course g:has(.tick) title").First).ToHaveTextAsync(Like("UTC$"));

        await page.GetByRole(AriaRole.Link, new() { Name = "That day" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "Telegram" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_phone_needs_no_scrolling_sideways_for_what_matters()
    {
        var day = RunningServer.Now.ToString("yyyy'/'MM'/'dd", System.Globalization.CultureInfo.InvariantCulture);
        foreach (var path in new[] { "/services/telegram", $"/incidents/{troubled.Incident}", $"/incidents/{day}", "/incidents/2020/02/29", "/no/such/page" })
        {
            foreach (var (scripts, width) in new[] { (true, 360), (false, 360), (true, 320) })
            {
                var page = await Open(path, scripts, new() { ViewportSize = new() { Width = width, Height = 740 } });
                if (path.StartsWith("/no", StringComparison.Ordinal)) _browser.Faults.RemoveAll(fault => fault.Contains("404", StringComparison.Ordinal));
                Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width, $"{path} at {width}, scripts: {scripts}");
                var cut = await page.Locator("#regions, .stack").EvaluateAllAsync<int[]>("all => all.map(one => one.scrollWidth - one.clientWidth)");
                if (width == 360) Assert.All(cut, beyond => Assert.InRange(beyond, 0, 0));
            }
        }
    }

    private static Regex Like(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    private Task<IPage> Open(string path, bool scripts = true, BrowserNewContextOptions? reader = null) => _browser.Open(troubled.Address(path), scripts, reader);
}
