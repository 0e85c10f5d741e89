using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aggregator.Server.Tests;

/// <summary>The front page while something is down, in a real browser.</summary>
[Collection(OneTroubledServer.Name)]
[StartsProcess]
public sealed class FrontPageTests(TroubledServer troubled) : IAsyncLifetime
{
    private Browser _browser = null!;

    public async ValueTask InitializeAsync() => _browser = await Browser.Start();

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(_browser.Faults);
        await _browser.DisposeAsync();
    }

    [Theory]
    [InlineData("spo", "/services/spotify")]
    [InlineData("aws", "/services/aws")]
    [InlineData("net", "/services/netflix")]
    [InlineData("web", "/services/aws")]
    [InlineData("tel", "/services/telegram")]
    [InlineData("psn", "/services/playstation-network")]
    [InlineData("twitter", "/services/x")]
    [InlineData("office 365", "/services/microsoft-365")]
    [InlineData("yuotube", "/services/youtube")]
    public async Task A_service_is_found_with_three_keys(string keys, string path)
    {
        var page = await Open("/");
        await Search(page).PressSequentiallyAsync(keys);
        await Expect(page.GetByRole(AriaRole.Option).First).ToHaveAttributeAsync("aria-selected", "true");
        await Search(page).PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(troubled.Address(path));
    }

    [Fact]
    public async Task What_is_down_is_suggested_first()
    {
        var page = await Open("/");
        await Search(page).PressSequentiallyAsync("t");
        await Expect(page.GetByRole(AriaRole.Option).First).ToHaveTextAsync(Like("^Telegram *Spike$"));
    }

    [Fact]
    public async Task The_search_is_a_combobox_that_arrows_walk_and_escape_closes()
    {
        var page = await Open("/");
        var search = page.GetByRole(AriaRole.Combobox, new() { Name = "Find a service" });
        await Expect(search).ToHaveAttributeAsync("aria-expanded", "false");
        await search.PressSequentiallyAsync("goo");
        await Expect(search).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(page.Locator("#matches")).ToHaveTextAsync("3 services match.");
        await search.PressAsync("ArrowDown");
        var chosen = page.GetByRole(AriaRole.Listbox).GetByRole(AriaRole.Option, new() { Selected = true });
        await Expect(chosen).ToHaveTextAsync("Google Cloud");
        await Expect(search).ToHaveAttributeAsync("aria-activedescendant", (await chosen.GetAttributeAsync("id"))!);
        await search.PressAsync("Escape");
        await Expect(search).ToHaveAttributeAsync("aria-expanded", "false");
        await Expect(page.GetByRole(AriaRole.Listbox)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_suggestion_can_be_pressed()
    {
        var page = await Open("/");
        await Search(page).PressSequentiallyAsync("goo");
        await page.GetByRole(AriaRole.Option).Nth(1).ClickAsync();
        await Expect(page).ToHaveURLAsync(Like("/services/.*cloud"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_down_is_told_with_where_and_how_sure(bool scripts)
    {
        var page = await Open("/", scripts);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Telegram is having trouble right now.");
        var row = page.Locator(".trouble");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("Telegram");
        await Expect(row).ToContainTextAsync("the United States");
        await Expect(row).ToContainTextAsync("since");
        await Expect(row.Locator(".why")).ToContainTextAsync("reports in the last");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_map_and_the_list_say_the_same(bool scripts)
    {
        var page = await Open("/", scripts);
        foreach (var name in new[] { "United States", "Monaco" })
        {
            await Expect(page.Locator("#levels").GetByRole(AriaRole.Link, new() { Name = $"{name}: Spike. Telegram" })).ToHaveCountAsync(1);
            await Expect(page.Locator("#spikes").GetByRole(AriaRole.Listitem).Filter(new() { HasText = name })).ToContainTextAsync("Spike");
        }

        await Expect(page.Locator("#levels a")).ToHaveCountAsync(2);
        await Expect(page.Locator("#spikes .places > li")).ToHaveCountAsync(2);
        var box = await page.Locator("#on-US").BoundingBoxAsync();
        Assert.True(box is { Width: > 50, Height: > 20 }, "The United States are drawn.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_region_is_chosen_on_the_map_in_the_list_by_name_and_by_address(bool scripts)
    {
        var ways = new Func<IPage, Task>[]
        {
            // In the midst of the country: the middle of its box, Alaska included, is in Canada.
            page => page.Locator("#on-US").DispatchEventAsync("click"),
            page => page.Locator("#spikes").GetByRole(AriaRole.Link, new() { Name = "United States" }).ClickAsync(),
            async page =>
            {
                await page.GetByLabel("Region", new() { Exact = true }).SelectOptionAsync("US");
                await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
            },
            page => page.GotoAsync(troubled.Address("/?region=US")),
            page => page.GotoAsync(troubled.Address("/?region=us")),
        };
        foreach (var choose in ways)
        {
            var page = await Open("/", scripts);
            await choose(page);
            await Expect(page).ToHaveURLAsync(Like("/\\?region=(?:US|us)$"));
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Telegram is having trouble in the United States right now.");
            await Expect(page.Locator("#spikes .places > li")).ToHaveCountAsync(1);
            await Expect(page.GetByLabel("Region", new() { Exact = true })).ToHaveValueAsync("US");
            await Expect(page.Locator("#on-US")).ToHaveAttributeAsync("aria-current", "true");
        }
    }

    [Fact]
    public async Task A_region_where_nothing_is_down_is_quiet_and_names_what_is_down_elsewhere()
    {
        var page = await Open("/?region=FR");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Nothing stands out in France right now.");
        await Expect(page.Locator("#down")).ToContainTextAsync("In trouble elsewhere: Telegram");
        await Expect(page.Locator("#spikes")).ToContainTextAsync("France does not stand out right now.");
        await Expect(page.Locator(".trouble")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Pointing_at_a_region_says_what_is_down_there()
    {
        var page = await Open("/");
        await page.Locator("#levels a").First.DispatchEventAsync("pointerover");
        await Expect(page.Locator("#spot")).ToContainTextAsync("Spike. Telegram");
        await page.Locator("#map").HoverAsync();
        await page.Locator("#calm [data-region=FR]").DispatchEventAsync("pointerover");
        await Expect(page.Locator("#spot")).ToHaveTextAsync("France: nothing stands out");
        await page.Locator("#calm [data-region=FR]").DispatchEventAsync("click");
        await Expect(page).ToHaveURLAsync(troubled.Address("/?region=FR"));
    }

    [Fact]
    public async Task The_keyboard_alone_reaches_everything()
    {
        var page = await Open("/");
        await Press("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" })).ToBeFocusedAsync();
        await Press("Enter", "Tab");
        await Expect(Search(page)).ToBeFocusedAsync();
        await Press("Tab", "Tab");
        await Expect(page.Locator(".trouble a")).ToBeFocusedAsync();
        await Press("Tab", "Tab", "Tab");

        // The map is one stop; arrows walk it.
        var first = page.Locator("#levels a").First;
        await Expect(first).ToBeFocusedAsync();
        await Expect(page.Locator("#spot")).ToContainTextAsync("Spike. Telegram");
        await Press("ArrowRight");
        await Expect(page.Locator("#levels a").Nth(1)).ToBeFocusedAsync();
        var region = (await page.Locator("#levels a").Nth(1).GetAttributeAsync("href"))!;
        await Press("Enter");
        await Expect(page).ToHaveURLAsync(troubled.Address(region));

        async Task Press(params string[] keys)
        {
            foreach (var key in keys) await page.Keyboard.PressAsync(key);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/?region=US")]
    [InlineData("/?q=micro")]
    public async Task A_phone_needs_no_scrolling_sideways(string path)
    {
        // 320 is a wide window at 400 %.
        foreach (var (scripts, width) in new[] { (true, 360), (false, 360), (true, 320) })
        {
            var page = await Open(path, scripts, new() { ViewportSize = new() { Width = width, Height = 740 } });
            var right = await page.Locator("main").EvaluateAsync<int>("main => Math.max(document.documentElement.scrollWidth, ...[...main.querySelectorAll('section, .trouble, svg.map, input, select, button')].map(one => one.getBoundingClientRect().right))");
            Assert.InRange(right, 1, width);
            var small = await page.Locator("form button, input, select").EvaluateAllAsync<int[]>("all => all.map(one => Math.round(one.getBoundingClientRect().height))");
            Assert.All(small, height => Assert.InRange(height, 24, 80));
        }
    }

    [Fact]
    public async Task Numbers_and_times_are_the_readers_own_with_utc_at_hand()
    {
        var page = await Open("/", reader: new() { Locale = "de-DE", TimezoneId = "Asia/Kolkata" });
        var since = page.Locator(".trouble .standing time");
        await Expect(since).ToHaveAttributeAsync("title", Like("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC$"));
        var told = DateTimeOffset.Parse((await since.GetAttributeAsync("datetime"))!, System.Globalization.CultureInfo.InvariantCulture);
        await Expect(since).ToContainTextAsync(told.ToOffset(TimeSpan.FromMinutes(330)).ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture));
        await Expect(page.Locator(".trouble .why")).Not.ToContainTextAsync("UTC");
        await Expect(page.Locator(".trouble .why time")).ToHaveAttributeAsync("title", Like("UTC$"));
        Assert.Equal("1.234 and 9,5", await page.EvaluateAsync<string>("""
            async () => {
              const { localise } = await import('/js/dom.js');
              const place = document.createElement('div');
              place.innerHTML = '<p data-said="2026-01-05T12:00:00Z">1,234 and 9.5</p>';
              localise(place);
              return place.textContent;
            }
            """));
    }

    [Fact]
    public async Task The_page_is_fed_by_the_stream_and_by_asking_where_there_is_none()
    {
        var page = await Open("/");
        await Expect(page.Locator("#sight")).ToHaveTextAsync("live");

        var deaf = await _browser.Open("about:blank");
        await deaf.RouteAsync("**/v1/stream*", route => route.FulfillAsync(new() { Status = 204 }));
        await deaf.GotoAsync(troubled.Address("/"));
        await Expect(deaf.Locator("#sight")).ToHaveTextAsync("asking every few seconds");
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_not_called_calm()
    {
        var page = await Open("/");
        await Expect(page.Locator("#sight")).ToHaveTextAsync("live");
        await page.RouteAsync("**/now*", route => route.FulfillAsync(new() { Status = 503 }));
        await Expect(page.Locator("#banner")).ToContainTextAsync("No answer from the server since", new() { Timeout = 30_000 });
        await Expect(page.Locator("#front")).ToContainTextAsync("how they are now is unknown");
        await Expect(page.Locator("#sight")).ToHaveTextAsync("no connection");

        await page.UnrouteAsync("**/now*");
        await Expect(page.Locator("#front")).ToHaveTextAsync("Telegram is having trouble right now.", new() { Timeout = 30_000 });
        await Expect(page.Locator("#banner")).ToBeEmptyAsync();
        _browser.Faults.RemoveAll(fault => fault.Contains("503", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_form_goes_to_the_service_that_is_meant_and_lists_where_several_are()
    {
        var page = await Open("/", scripts: false);
        await page.GetByLabel("Find a service").FillAsync("Spotify");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(troubled.Address("/services/spotify"));

        // X is a name, and a letter of many others.
        page = await Open("/?q=x", scripts: false);
        await Expect(page).ToHaveURLAsync(troubled.Address("/services/x"));
        page = await Open("/?q=google", scripts: false);
        await Expect(page).ToHaveURLAsync(troubled.Address("/services/google"));
        page = await Open("/?q=micro", scripts: false);
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Services that match" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(3);
        page = await Open("/?q=no-such", scripts: false);
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "No service matches" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/services/telegram")]
    [InlineData("/incidents/{incident}")]
    public async Task The_page_weighs_little_without_the_chart_library(string path)
    {
        var page = await _browser.Open("about:blank");
        var loads = new List<Task<int>>();
        page.RequestFinished += (_, request) =>
        {
            if (!request.Url.Contains("/v1/stream", StringComparison.Ordinal) && !request.Url.Contains("echarts", StringComparison.Ordinal)) loads.Add(Weight(request));
        };
        await page.GotoAsync(troubled.Address(path.Replace("{incident}", troubled.Incident, StringComparison.Ordinal)));
        await Expect(page.Locator("#sight")).ToHaveTextAsync("live");
        Assert.InRange((await Task.WhenAll(loads)).Sum(), 1, 100_000);

        static async Task<int> Weight(Microsoft.Playwright.IRequest request) => await request.SizesAsync() is var sizes ? sizes.ResponseBodySize + sizes.ResponseHeadersSize : 0;
    }

    private static Regex Like(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    private static ILocator Search(IPage page) => page.GetByLabel("Find a service");

    private Task<IPage> Open(string path, bool scripts = true, BrowserNewContextOptions? reader = null) => _browser.Open(troubled.Address(path), scripts, reader);
}
