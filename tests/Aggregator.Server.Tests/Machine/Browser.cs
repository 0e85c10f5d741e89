using Microsoft.Playwright;
using Cookie = Microsoft.Playwright.Cookie;

namespace Aggregator.Server.Tests;

/// <summary>A real Chromium without a window.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>What went wrong on its pages: script errors, refused scripts and styles, failed requests.</summary>
    public List<string> Faults { get; } = [];

    public static async Task<Browser> Start()
    {
        StartsProcessAttribute.Require();
        Assert.SkipWhen(Machine.Chromium is null, "There is no Chromium on this machine.");

        // A machine that is busy with other tests draws late.
        Assertions.SetDefaultExpectTimeout(20_000);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Machine.Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return new(playwright, browser);
    }

    /// <param name="reader">How the reader sees it: the size of the window, light or dark, language, time zone.</param>
    /// <param name="cookies">What the reader was given before.</param>
    public async Task<IPage> Open(string url, bool scripts = true, BrowserNewContextOptions? reader = null, CookieContainer? cookies = null)
    {
        reader ??= new();
        reader.JavaScriptEnabled = scripts;
        var context = await _browser.NewContextAsync(reader);
        if (cookies is not null) await context.AddCookiesAsync(cookies.GetAllCookies().Select(cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path }));
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type == "error") Faults.Add(message.Text);
        };
        page.PageError += (_, error) => Faults.Add(error);
        await page.GotoAsync(url);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
