using System.Collections.Concurrent;
using System.Globalization;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Aggregator.Server.Tests;

/// <summary>What axe-core finds by the rules of WCAG 2.2 A and AA and by its own of good practice.</summary>
[Collection(OneTroubledServer.Name)]
[StartsProcess]
public sealed class AccessibilityTests(TroubledServer troubled)
{
    private const int Tabs = 3;
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    // Rules that are new in 2.2 are asked for by name only.
    private static readonly string[] Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

    private static readonly (ColorScheme Scheme, int Width)[] Ways = [(ColorScheme.Light, 1280), (ColorScheme.Light, 320), (ColorScheme.Dark, 320), (ColorScheme.Dark, 1280)];

    [Fact]
    public Task No_page_violates_a_rule_in_the_light_or_the_dark_narrow_or_wide() => NoneViolates(
        null, "/", "/?region=US", "/?region=FR", "/?q=micro", "/services/telegram", "/services/netflix", $"/incidents/{troubled.Incident}",
        $"/incidents/{RunningServer.Now.ToString("yyyy'/'MM'/'dd", CultureInfo.InvariantCulture)}", "/incidents/2020/02/29", "/no/such/page", "/embed/telegram", "/embed/no-such-service", "/operate/sign-in");

    [Fact]
    public async Task No_page_of_an_operator_violates_a_rule_in_the_light_or_the_dark_narrow_or_wide()
    {
        var service = await troubled.Server.NewService();
        await troubled.Server.Report(service, new { comment = "Nothing loads." }).Json(HttpStatusCode.Accepted);
        var subscription = (await troubled.Server.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = "https://nobody.invalid/outages", services = new[] { service } }).Json(HttpStatusCode.Created)).Text("id");
        using var client = await FormClient.SignedIn(troubled.Server);
        await NoneViolates(
            client, "/operate", "/operate/services", "/operate/services/add", $"/operate/services/{service}/edit", $"/operate/services/{service}/delete", "/operate/subscriptions", "/operate/subscriptions/add",
            $"/operate/subscriptions/{subscription}", $"/operate/subscriptions/{subscription}/edit", "/operate/incidents", $"/operate/incidents/{troubled.Incident}", "/operate/comments", $"/operate/comments/{service}", "/operate/services/none/edit");
    }

    [Fact]
    public async Task The_open_search_violates_no_rule()
    {
        await using var browser = await Browser.Start();
        var page = await browser.Open(troubled.Address("/"));
        await page.GetByLabel("Find a service").PressSequentiallyAsync("te");
        await page.EvaluateAsync(Axe);
        Assert.Empty(await Violations(page, "the search"));
    }

    // A page is loaded once and looked at in every way: sizes and colours are the style sheet's alone.
    private async Task NoneViolates(FormClient? visitor, params string[] paths)
    {
        await using var browser = await Browser.Start();
        var (waiting, found) = (new ConcurrentQueue<string>(paths), new ConcurrentQueue<string>());
        await Task.WhenAll(Enumerable.Range(0, Tabs).Select(async _ =>
        {
            while (waiting.TryDequeue(out var path))
            {
                var page = await browser.Open(troubled.Address(path), cookies: visitor?.Cookies);
                await page.EvaluateAsync(Axe);
                foreach (var (scheme, width) in Ways)
                {
                    await page.SetViewportSizeAsync(width, 800);
                    await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                    foreach (var violation in await Violations(page, $"{path} {scheme} at {width}")) found.Enqueue(violation);
                }

                await page.CloseAsync();
            }
        }));
        Assert.True(found.IsEmpty, string.Join('\n', found));
    }

    private static Task<string[]> Violations(IPage page, string where) => page.EvaluateAsync<string[]>(
        """
        async ([rules, where]) => {
          const { violations, passes } = await axe.run({ runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] });
          if (passes.length < 5) throw new Error(`Nothing was looked at on ${where}.`);
          return violations.flatMap(rule => rule.nodes.map(node => `${where}: ${rule.id}: ${rule.help}: ${node.html}: ${node.any.map(check => check.message).join('; ')}`));
        }
        """, new object[] { Rules, where });
}
