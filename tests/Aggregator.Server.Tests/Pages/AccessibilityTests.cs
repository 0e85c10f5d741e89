using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Aggregator.Server.Tests;

/// <summary>What axe-core finds by the rules of WCAG 2.2 A and AA and by its own of good practice.</summary>
[Collection(OneTroubledServer.Name)]
public sealed class AccessibilityTests(TroubledServer troubled)
{
    // Rules that are new in 2.2 are asked for by name only.
    private static readonly string[] Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task No_page_violates_a_rule(ColorScheme scheme)
    {
        await using var browser = await Browser.Start();
        var found = new List<string>();
        var day = RunningServer.Now.ToString("yyyy'/'MM'/'dd", System.Globalization.CultureInfo.InvariantCulture);
        foreach (var path in new[] { "/", "/?region=US", "/?region=FR", "/?q=micro", "/services/telegram", $"/incidents/{troubled.Incident}", $"/incidents/{day}", "/no/such/page" })
        {
            foreach (var width in new[] { 320, 1280 })
            {
                var page = await browser.Open(troubled.Address(path), reader: new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 800 } });
                found.AddRange(await Violations(page, $"{path} at {width}"));
                await page.CloseAsync();
            }
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public async Task The_open_search_violates_no_rule()
    {
        await using var browser = await Browser.Start();
        var page = await browser.Open(troubled.Address("/"));
        await page.GetByLabel("Find a service").PressSequentiallyAsync("te");
        Assert.Empty(await Violations(page, "the search"));
    }

    private static async Task<string[]> Violations(IPage page, string where)
    {
        var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags(Rules), ResultTypes = [ResultType.Violations] });
        return [.. found.Violations.SelectMany(rule => rule.Nodes.Select(node => $"{where}: {rule.Id}: {rule.Help}: {node.Html}: {string.Join("; ", node.Any.Select(check => check.Message))}"))];
    }
}
