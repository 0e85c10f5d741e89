using Aggregator.Grains;
using System.Net.Http.Headers;
using System.Xml.Linq;
using Aggregator.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using static Microsoft.Playwright.Assertions;

namespace Aggregator.Server.Tests;

/// <summary>What others show of a service: a badge, a card in a frame, plain text in a terminal.</summary>
[Collection(OneServer.Name)]
public sealed class EmbedTests(AggregatorFixture fixture) : IAsyncLifetime
{
    private const string Hostile = """<script>alert("1")</script> & 'Co'""";
    private readonly RunningServer _server = fixture.Server;

    // Until its first bucket has closed, a server that has just started cannot say how anything is.
    public async ValueTask InitializeAsync() =>
        await Eventually.Is("sight", () => _server.Get("/v1/services/x"), service => service.Text("level") == "Normal", TimeSpan.FromSeconds(60));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(Level.Normal, "normal")]
    [InlineData(Level.Elevated, "elevated")]
    [InlineData(Level.Spike, "spike")]
    [InlineData(Level.Unknown, "unknown")]
    public void A_badge_says_the_level_in_a_word_that_can_be_read_on_its_ground(Level level, string word)
    {
        var svg = XElement.Parse(new Badge("Acme", level).Svg());
        Assert.Equal($"Acme: {word}", svg.Attribute("aria-label")!.Value);
        Assert.Equal(["Acme", word], svg.Descendants(svg.Name.Namespace + "text").Select(text => text.Value));
        Assert.All(svg.Elements(svg.Name.Namespace + "rect"), ground => Assert.True(ContrastWithWhite(ground.Attribute("fill")!.Value) >= 4.5));
    }

    [Fact]
    public async Task A_badge_is_kept_a_short_time_and_not_sent_again_while_it_is_the_same()
    {
        var service = await _server.NewService();
        using var first = await _server.Anybody.GetAsync($"/badge/{service}.svg");
        Assert.Equal((HttpStatusCode.OK, "image/svg+xml"), (first.StatusCode, first.Content.Headers.ContentType?.MediaType));
        Assert.Equal(TimeSpan.FromSeconds(30), first.Headers.CacheControl?.MaxAge);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/badge/{service}.svg") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var again = await _server.Anybody.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(first.Headers.CacheControl, again.Headers.CacheControl);
    }

    [Theory]
    [InlineData("/badge/no-such-service.svg", "image/svg+xml", "unknown service")]
    [InlineData("/badge/%3Cscript%3E.svg", "image/svg+xml", "unknown service")]
    [InlineData("/embed/no-such-service", "text/html", "There is no service")]
    [InlineData("/embed/%3Cscript%3E", "text/html", "There is no service")]
    public async Task Where_a_badge_or_a_card_is_expected_it_says_that_the_service_is_not_known(string path, string type, string says)
    {
        using var answer = await _server.Anybody.GetAsync(path);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.NotFound, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains(says, body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", body, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_terminal_is_told_that_a_service_is_not_known() => _server.Anybody.GetAsync("/services/no-such-service").Problem(404, "unknown-service");

    [Fact, StartsProcess]
    public async Task A_card_tells_the_time_as_its_reader_does_with_utc_at_hand()
    {
        await using var browser = await Browser.Start();
        var service = await _server.NewService();
        var page = await browser.Open($"{_server.Anybody.BaseAddress}embed/{service}", reader: new() { Locale = "de-DE", TimezoneId = "Asia/Kolkata" });
        var time = page.Locator("#card time");
        await Expect(time).Not.ToContainTextAsync("UTC");
        await Expect(time).ToHaveAttributeAsync("title", new System.Text.RegularExpressions.Regex("UTC$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Empty(browser.Faults);
    }

    [Fact]
    public async Task A_card_may_be_framed_by_anybody_and_nothing_else_may()
    {
        var service = await _server.NewService();
        foreach (var (path, ancestors) in new[] { ($"/embed/{service}", "*"), ($"/services/{service}", "'self'"), ("/", "'self'"), ($"/badge/{service}.svg", "'self'"), ("/embedded", "'self'") })
        {
            using var answer = await _server.Anybody.GetAsync(path);
            Assert.EndsWith($"frame-ancestors {ancestors}", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("X-Frame-Options"));
        }

        Assert.Contains($"Test {service} looks fine", await _server.Anybody.GetStringAsync($"/embed/{service}"), StringComparison.Ordinal);
    }

    [Fact, StartsProcess]
    public async Task A_card_is_shown_in_a_frame_of_another_site()
    {
        await using var browser = await Browser.Start();
        var service = await _server.NewService();
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        await using var site = builder.Build();
        site.Run(http => http.Response.WriteAsync($"<!DOCTYPE html><link rel=icon href=data:,><iframe src=\"{_server.Anybody.BaseAddress}embed/{service}\" width=\"360\" height=\"210\"></iframe>"));
        await site.StartAsync();
        var page = await browser.Open(site.Urls.First());
        await Expect(page.FrameLocator("iframe").Locator("#card")).ToContainTextAsync($"Test {service} looks fine");
        Assert.Empty(browser.Faults);
    }

    [Fact]
    public async Task A_hostile_name_is_encoded_in_every_form()
    {
        var service = await _server.NewService();

        // Refused by now, but an earlier version kept it.
        var kept = JsonSerializer.Serialize(new { service, name = Hostile + "\u001b[31m\u0007\u202e", category = "tests", symptoms = new[] { "app" } });
        await _server.Get<CatalogStore>().PutService(service, kept);
        await Eventually.Is("the name is read", () => _server.Get($"/v1/services/{service}?once={Guid.NewGuid()}"), read => read.Text("name") != $"Test {service}");

        var card = await _server.Anybody.GetStringAsync($"/embed/{service}");
        Assert.Contains("&lt;script&gt;", card, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", card, StringComparison.Ordinal);

        var svg = XElement.Parse(await _server.Anybody.GetStringAsync($"/badge/{service}.svg"));
        Assert.StartsWith("<script>alert", svg.Attribute("aria-label")!.Value, StringComparison.Ordinal);
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName == "script");

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/services/{service}") { Headers = { { "Accept", "text/html" } } };
        using var answer = await _server.Anybody.SendAsync(request);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script>alert", WebUtility.HtmlDecode(page)[WebUtility.HtmlDecode(page).IndexOf("<iframe", StringComparison.Ordinal)..].Split("</iframe>")[0], StringComparison.Ordinal);

        foreach (var text in new[] { await _server.Anybody.GetStringAsync($"/services/{service}"), await _server.Anybody.GetStringAsync("/") })
            Assert.DoesNotContain(text, letter => letter != '\n' && (char.IsControl(letter) || letter == '\u202e'));
    }

    [Fact]
    public async Task The_page_of_a_service_has_what_to_copy()
    {
        var service = await _server.NewService();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/services/{service}") { Headers = { { "Accept", "text/html" } } };
        using var answer = await _server.Anybody.SendAsync(request);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Contains($"<iframe src=\"{_server.Anybody.BaseAddress}embed/{service}\" title=\"How Test {service} is\"", page, StringComparison.Ordinal);
        Assert.Contains($"({_server.Anybody.BaseAddress}badge/{service}.svg)]({_server.Anybody.BaseAddress}services/{service})", page, StringComparison.Ordinal);
        Assert.Contains($"curl {_server.Anybody.BaseAddress}services/{service}", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/services/x")]
    public async Task Whoever_reads_no_HTML_gets_text_and_the_forms_are_kept_apart(string path)
    {
        foreach (var (accept, type) in new[] { ("*/*", "text/plain"), ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"), (null, "text/plain"), ("text/plain", "text/plain"), ("text/html", "text/html") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (accept is not null) request.Headers.Add("Accept", accept);
            using var answer = await _server.Anybody.SendAsync(request);
            Assert.Equal(new MediaTypeHeaderValue(type, "utf-8"), answer.Content.Headers.ContentType);
            Assert.Contains("Accept", answer.Headers.Vary);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/services/x")]
    public async Task Whoever_does_not_say_whom_they_ask_is_answered_too(string path)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Anybody.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        Assert.Contains(" 200 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Level.Normal, VerdictReason.AsUsual, "Acme looks fine: no more reports than usual.")]
    [InlineData(Level.Elevated, VerdictReason.AboveUsual, "Somewhat more people than usual are having trouble with Acme in the United States.")]
    [InlineData(Level.Spike, VerdictReason.FarAboveUsual, "Many people are having trouble with Acme in the United States. It is not just you.")]
    [InlineData(Level.Unknown, VerdictReason.NoSight, "We cannot see right now, so we cannot say how Acme is.")]
    public async Task Each_level_is_told_in_a_terminal_with_its_arithmetic_and_its_regions(Level level, VerdictReason reason, string sentence)
    {
        var lines = (await Written(PlainText.Service(Service("Acme", level, reason), [Region("US", "United States", level, reason), Region("GB", "Britain", Level.Normal, VerdictReason.AsUsual)], new("https://status.example/")))).Split('\n');
        Assert.Equal([sentence, "All the arithmetic."], lines[..2]);
        Assert.Equal(["More: https://status.example/services/acme", ""], lines[^2..]);
        if (level == Level.Normal)
        {
            Assert.DoesNotContain(lines, line => line.StartsWith("Region", StringComparison.Ordinal));
            return;
        }

        Assert.Equal("Region         Level     Reports, 15 min  Usual  Networks  Since".Replace("Level   ", "Level".PadRight(Math.Max(5, $"{level}".Length)), StringComparison.Ordinal), lines[3]);
        Assert.StartsWith($"United States  {level}", lines[4], StringComparison.Ordinal);
        Assert.Equal(lines[3].IndexOf("Since", StringComparison.Ordinal), lines[4].IndexOf("13:31 UTC", StringComparison.Ordinal));
        Assert.Equal("", lines[5]);
    }

    [Fact]
    public async Task The_list_of_what_is_down_names_it_and_counts_the_rest()
    {
        ServiceSummary[] services = [new("acme", "Acme", Level.Spike, 1530, 9.2, 3, null, []), new("b", "B", Level.Normal, 0, 0, 0, null, []), new("c", "C", Level.Normal, 0, 0, 0, null, [])];
        Assert.Equal("""
            Acme is having trouble right now.

            Service  Level  Reports, 15 min  Usual  Regions in spike  Key
            Acme     Spike            1,530    9.2                 3  acme

            2 other services are as usual.

            One of them: curl https://status.example/services/acme

            """, await Written(PlainText.Front(new(default, services, null), new HashSet<string>(), new("https://status.example/"))));
    }

    private static async Task<string> Written(PlainText text)
    {
        var http = new DefaultHttpContext();
        using var body = new MemoryStream();
        http.Response.Body = body;
        await text.ExecuteAsync(http);
        return Encoding.UTF8.GetString(body.ToArray());
    }

    private static readonly DateTimeOffset Now = new(2025, 3, 10, 13, 36, 0, TimeSpan.Zero);

    private static ServiceAnswer Service(string name, Level level, VerdictReason reason) => new(
        Now, "acme", name, "tests", null, level, reason, Now, 153, 9.2, 1, null, new Dictionary<string, long>(), new Dictionary<string, double>(), new Dictionary<string, long>(), [], null, Evidence("ALL", reason), false, []);

    private static RegionAnswer Region(string code, string name, Level level, VerdictReason reason) => new(
        code, name, level, reason, Now.AddMinutes(-5), new Dictionary<string, long> { ["15m"] = 153 }, new Dictionary<string, double> { ["15m"] = 9.2 }, new Dictionary<string, long>(), 131, Evidence(code, reason));

    private static EvidenceAnswer Evidence(string region, VerdictReason reason) => new(region, reason, 153, 9.2, null, 0, null, null, null, 131, null, "All the arithmetic.");

    // WCAG 2.2: 1.05 over the relative luminance of the ground and 0.05.
    private static double ContrastWithWhite(string colour)
    {
        var parts = Convert.FromHexString(colour[1..]).Select(part => part / 255.0).Select(part => part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4)).ToArray();
        return 1.05 / (0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05);
    }
}
