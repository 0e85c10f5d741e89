using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aggregator.Server.Tests;

/// <summary>What the pages say where nobody can know: never that all is well.</summary>
[StartsProcess]
public sealed class BlindnessTests : IDisposable
{
    private static readonly LocatorAssertionsToContainTextOptions Soon = new() { Timeout = 60_000 };
    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-blind-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_server_that_was_killed_cannot_be_reached_and_the_page_says_when_it_last_could()
    {
        await using var server = await ServerProcess.Start($"Store:DataDirectory={_directory}");
        await using var browser = await Browser.Start();
        var (home, service) = (await Open(browser, server, ""), await Open(browser, server, "services/telegram"));
        foreach (var page in new[] { home, service }) await Expect(page.Locator("#sight")).ToHaveTextAsync("live");

        await server.Kill();
        foreach (var page in new[] { home, service })
        {
            await Expect(page.Locator("#banner")).ToContainTextAsync("No answer from the server since", Soon);
            await Expect(page.Locator("h1")).ToContainTextAsync("now is unknown", Soon);
            await Expect(page.Locator("#sight")).ToHaveTextAsync("no connection");
            var last = DateTimeOffset.Parse((await page.Locator("[data-f=updated]").GetAttributeAsync("datetime"))!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(RunningServer.Now - last, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(70));
        }

        await server.Restart();
        foreach (var page in new[] { home, service })
        {
            await Expect(page.Locator("h1")).Not.ToContainTextAsync("now is unknown", new() { Timeout = 60_000 });
            await Expect(page.Locator("#sight")).ToHaveTextAsync("live", new() { Timeout = 60_000 });
            await Expect(page.Locator("#banner")).Not.ToContainTextAsync("No answer", new() { Timeout = 60_000 });
        }
    }

    [Fact]
    public async Task Without_its_store_the_level_is_unknown_and_nothing_has_recovered()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await ServerProcess.Start("Store:Mode=Redis", $"Store:Connection={redis.Connection}", $"Store:DataDirectory={_directory}");
        await using var browser = await Browser.Start();
        var number = 0;
        await Eventually.Is("an incident", Flood, spikes => spikes.Any(spike => spike.Text("incident") is not null), TimeSpan.FromSeconds(90));
        var (home, service) = (await Open(browser, server, ""), await Open(browser, server, "services/telegram"));
        await Expect(home.Locator("h1")).ToContainTextAsync("Telegram is having trouble", Soon);
        await Expect(service.Locator("h1")).ToContainTextAsync("trouble with Telegram", Soon);
        foreach (var page in new[] { home, service }) await Listen(page);

        // The incident has grown, and what it has grown to cannot be saved: the board has to hear of the blindness all the same.
        await Flood();
        await redis.Freeze();

        // Twelve regions and their sum each have news that cannot be saved: none may wait until the others have tried.
        await Expect(service.Locator("h1")).ToHaveTextAsync("We cannot see right now, so we cannot say how Telegram is.", new() { Timeout = 60_000 });
        await Expect(service.Locator(".lead .level")).ToHaveTextAsync("Unknown");
        await Expect(service.Locator("#banner")).ToContainTextAsync("That is not the same as calm.", Soon);
        await Expect(service.Locator("#incident")).ToBeVisibleAsync();
        await Expect(home.Locator("#banner")).ToContainTextAsync("That is not the same as calm.", Soon);
        await Expect(home.Locator("h1")).ToHaveTextAsync("We cannot see how anything is right now.", new() { Timeout = 90_000 });
        await Expect(home.Locator("#spikes")).ToContainTextAsync("Unknown");
        await Expect(home.Locator("#spikes")).Not.ToContainTextAsync("Spike");
        await Expect(home.Locator("#sight")).Not.ToHaveTextAsync("no connection");
        await Expect(service.Locator("#sight")).Not.ToHaveTextAsync("no connection");

        // Who comes only now sees a page too: of a service that was awake, of one that sleeps, and of what only the store knows.
        var late = await Open(browser, server, "services/telegram");
        await Expect(late.Locator("h1")).ToHaveTextAsync("We cannot see right now, so we cannot say how Telegram is.", new() { Timeout = 60_000 });
        await Expect(late.Locator("#regions tbody tr")).Not.ToHaveCountAsync(0);
        await late.GotoAsync($"{server.Address}services/slack");
        await Expect(late.Locator("h1")).ToHaveTextAsync("We cannot see right now, so we cannot say how Slack is.", new() { Timeout = 60_000 });
        await late.GotoAsync($"{server.Address}incidents/2020/02/29");
        await Expect(late.Locator("h1")).ToHaveTextAsync("We cannot see that right now.", new() { Timeout = 60_000 });
        foreach (var page in new[] { home, service })
            Assert.DoesNotContain(await Heard(page), said => Calm.Any(calm => said.Contains(calm, StringComparison.Ordinal)));

        await redis.Thaw();
        await Expect(service.Locator("h1")).Not.ToContainTextAsync("We cannot see", new() { Timeout = 90_000 });
        await Expect(home.Locator("#banner")).ToBeEmptyAsync(new() { Timeout = 90_000 });

        async Task<JsonElement[]> Flood()
        {
            var lines = Enumerable.Range(0, 40 * Regions.Length).Select(i => $$"""{"service":"telegram","region":"{{Regions[i % Regions.Length]}}","symptom":"app","reporter":"r{{number}}","network":"n{{number++}}"}""");
            using var body = new StringContent(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson");
            await server.Operator.PostAsync("/v1/reports", body).Json(HttpStatusCode.OK);
            return (await server.Http.GetAsync("/v1/spikes").Json(HttpStatusCode.OK)).List("spikes");
        }
    }

    private static readonly string[] Regions = ["US", "GB", "CA", "FR", "IN", "DE", "ES", "IT", "AT", "NL", "BR", "JP"];

    private static readonly string[] Calm = ["looks fine", "as usual right now", "Nobody has reported", "little to compare", "back to usual", "easing"];

    private static Task<IPage> Open(Browser browser, ServerProcess server, string path) => browser.Open($"{server.Address}{path}");

    /// <summary>Keeps every heading that the page shows from now on.</summary>
    private static async Task Listen(IPage page) => await page.EvaluateAsync("""
        () => {
          const heading = document.querySelector('h1');
          window.said = [heading.textContent];
          new MutationObserver(() => window.said.push(heading.textContent)).observe(heading, { childList: true, characterData: true, subtree: true });
        }
        """);

    private static Task<string[]> Heard(IPage page) => page.EvaluateAsync<string[]>("() => window.said");
}
