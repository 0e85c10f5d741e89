using static Microsoft.Playwright.Assertions;

namespace Aggregator.Server.Tests;

/// <summary>The outage of X on 10 March 2025, sent again ten times as fast, as somebody at a browser sees it.</summary>
[StartsProcess]
public sealed class ReplayTests
{
    [Fact]
    public async Task Someone_watching_sees_the_spike_arrive_during_a_replay_and_looks_at_one_region()
    {
        await using var server = await RunningServer.Start();
        await using var browser = await Browser.Start();
        var (home, page) = (await browser.Open($"{server.Anybody.BaseAddress}"), await browser.Open($"{server.Anybody.BaseAddress}services/x"));
        await Expect(page.Locator("#sentence")).ToContainTextAsync("X looks fine");
        await using var replay = new ChildProcess("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Aggregator.Simulator.dll"), "replay", Path.Combine(AppContext.BaseDirectory, "x-2025-03-10.json"),
            "--url", $"{server.Anybody.BaseAddress}", "--key", RunningServer.OperatorKey, "--start", "13:30", "--end", "14:30", "--speed", "10",
        ]);

        await Expect(home.Locator("h1")).ToHaveTextAsync("X is having trouble right now.", new() { Timeout = 120_000 });
        await Expect(home.Locator("#spikes")).ToContainTextAsync("United States", new() { Timeout = 60_000 });
        await Expect(page.Locator("#sentence")).ToContainTextAsync("It is not just you.", new() { Timeout = 60_000 });
        await Expect(page.Locator("#incident")).ToBeVisibleAsync(new() { Timeout = 60_000 });

        await home.Locator("#spikes").GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "United States" }).ClickAsync();
        await Expect(home.Locator("h1")).ToHaveTextAsync("X is having trouble in the United States right now.");
        await Expect(home).ToHaveURLAsync($"{server.Anybody.BaseAddress}?region=US");
        Assert.Empty(browser.Faults);
    }
}
