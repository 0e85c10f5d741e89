using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Aggregator.Grains;
using static Microsoft.Playwright.Assertions;

namespace Aggregator.Server.Tests;

/// <summary>What an operator does at a browser.</summary>
public sealed partial class OperateTests(OperateFixture fixture) : IClassFixture<OperateFixture>, IAsyncLifetime
{
    private const string Hostile = """<script>alert("1")</script> & 'Co'""";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly RunningServer _server = fixture.Server;
    private Receiver _receiver = null!;
    private FormClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.Start();
        _client = await FormClient.SignedIn(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_service_is_added_changed_and_deleted_after_a_question()
    {
        using (var added = await _client.Send("/operate/services/add", ("service", "acme"), ("name", "Acme"), ("category", "tests"), ("homepage", ""), ("symptoms", "app, login")))
            Assert.Equal("/operate/services?done=added", added.Headers.Location?.ToString());
        Assert.Contains("Added.", await _client.Page("/operate/services?done=added&q=acme"), StringComparison.Ordinal);

        Assert.Contains("value=\"app login\"", await _client.Page("/operate/services/acme/edit"), StringComparison.Ordinal);
        using (var saved = await _client.Send("/operate/services/acme/edit", ("name", "Acme & Co"), ("category", "tests"), ("homepage", "https://acme.example/"), ("symptoms", "")))
            Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
        var known = await _server.Get("/v1/services/acme");
        Assert.Equal(("Acme & Co", "https://acme.example/"), (known.Text("name"), known.Text("homepage")));
        Assert.Equal(["other"], known.GetProperty("symptoms").Names());

        Assert.Contains("Delete Acme &amp; Co?", await _client.Page("/operate/services/acme/delete"), StringComparison.Ordinal);
        await _server.Get("/v1/services/acme");
        using (var deleted = await _client.Send("/operate/services/acme/delete")) Assert.Equal("/operate/services?done=deleted", deleted.Headers.Location?.ToString());
        await Eventually.Is("gone", () => _server.Anybody.GetAsync("/v1/services/acme"), answer => answer.StatusCode == HttpStatusCode.NotFound);
        Assert.Contains("No such service", await _client.Page("/operate/services/acme/edit", HttpStatusCode.NotFound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_said_beside_its_field_as_the_API_says_it_and_nothing_written_is_lost()
    {
        using var answer = await _client.Send("/operate/services/add", ("service", "Not A Key"), ("name", Hostile), ("category", ""), ("homepage", "ftp://acme.example"), ("symptoms", "UPPER"));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);

        var problem = await _server.Operator.PutAsJsonAsync("/v1/services/Not%20A%20Key", new { name = Hostile, category = "", homepage = "ftp://acme.example", symptoms = new[] { "UPPER" } }).Problem(400, "invalid");
        foreach (var (field, fault) in problem.GetProperty("errors").EnumerateObject().Select(error => (error.Name, error.Value[0].GetString()!)))
            Assert.Contains($"id=\"{field}-fault\">{HtmlEncoder.Default.Encode(fault)}</p>", page, StringComparison.Ordinal);
        Assert.Equal(4, FaultsBeside().Count(page));
        Assert.Contains("value=\"Not A Key\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_adds_does_not_write_over_what_is_there()
    {
        using var answer = await _client.Send("/operate/services/add", ("service", "x"), ("name", "Mine"), ("category", "tests"), ("homepage", ""), ("symptoms", "app"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("id=\"service-fault\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotEqual("Mine", (await _server.Get("/v1/services/x")).Text("name"));
    }

    [Fact]
    public async Task A_hostile_name_is_shown_and_never_run()
    {
        var service = await _server.NewService();
        await _server.Operator.PutAsJsonAsync($"/v1/services/{service}", new { name = Hostile, category = Hostile, symptoms = new[] { "app" } }).Json(HttpStatusCode.OK);
        var incident = await Kept(service);
        foreach (var path in new[] { $"/operate/services?q={service}", $"/operate/services/{service}/edit", $"/operate/services/{service}/delete", "/operate/incidents", $"/operate/incidents/{incident.Id}" })
        {
            var page = await _client.Page(path);
            Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_subscription_shows_its_secret_once()
    {
        var (id, secret) = await Subscribe();
        foreach (var path in new[] { "/operate/subscriptions", $"/operate/subscriptions/{id}", $"/operate/subscriptions/{id}/edit", $"/operate/subscriptions/{id}/delete" })
        {
            // The whole address, which may hold a secret of its own, stands nowhere.
            var page = await _client.Page(path);
            Assert.Contains(new Uri(_receiver.Url()).Authority, page, StringComparison.Ordinal);
            Assert.DoesNotContain(HtmlEncoder.Default.Encode(_receiver.Url()), page, StringComparison.Ordinal);
            Assert.DoesNotContain("whsec_", page, StringComparison.Ordinal);
        }

        await Eventually.Is("a ping", () => Task.FromResult(_receiver.All), all => all.Count > 0, Soon);
        var ping = _receiver.All[0];
        Assert.Equal([WebhookSender.Sign(secret, ping.Id, ping.Timestamp, ping.Body)], ping.Signatures);

        using var rotated = await _client.SendFrom($"/operate/subscriptions/{id}", $"/operate/subscriptions/{id}/secret");
        Assert.NotEqual(secret, Secret().Match(WebUtility.HtmlDecode(await rotated.Content.ReadAsStringAsync())).Value);
        using var tooSoon = await _client.SendFrom($"/operate/subscriptions/{id}", $"/operate/subscriptions/{id}/secret");
        Assert.Contains("changed within a day", await _client.Page(tooSoon.Headers.Location!.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_is_pinged_told_tried_again_changed_and_deleted_after_a_question()
    {
        _receiver.Answers = 500;
        var (id, _) = await Subscribe(("services", "x, github"), ("events", "opened"), ("events", "resolved"));
        var path = $"/operate/subscriptions/{id}";
        await Eventually.Is("a failed ping", () => _client.Page(path), page => page.Contains("<b>500</b>", StringComparison.Ordinal), Soon);
        Assert.Contains($"<h1>Standard Webhooks to {HtmlEncoder.Default.Encode(Wording.Shortened(_receiver.Url()))}: x, github, opened, resolved</h1>", await _client.Page(path), StringComparison.Ordinal);

        var failed = (await Deliveries(id)).Single().Text("id")!;
        using (var retried = await _client.SendFrom(path, $"{path}/retry", ("delivery", failed))) Assert.Equal($"{path}?done=retried", retried.Headers.Location?.ToString());
        await Eventually.Is("another attempt", () => Deliveries(id), all => all[0].List("attempts").Length > 1, Soon);

        _receiver.Answers = 204;
        using (var pinged = await _client.SendFrom(path, $"{path}/ping")) Assert.Equal($"{path}?done=pinged", pinged.Headers.Location?.ToString());
        await Eventually.Is("active", () => One(id), one => one.Text("status") == "active", Soon);

        using (var saved = await _client.Send($"{path}/edit", ("url", _receiver.Url()), ("services", ""), ("regions", "US"), ("format", "standard"), ("minLevel", "spike"), ("routingKey", ""), ("do", "save")))
            Assert.Equal($"{path}?done=saved", saved.Headers.Location?.ToString());
        var changed = await One(id);
        Assert.Equal((0, 1, 0, "spike"), (changed.List("services").Length, changed.List("regions").Length, changed.List("events").Length, changed.Text("minLevel")!.ToLowerInvariant()));

        using (var saved = await _client.Send($"{path}/edit", ("url", ""), ("services", ""), ("regions", "GB"), ("format", "standard"), ("minLevel", "spike"), ("routingKey", ""), ("do", "save")))
            Assert.Equal($"{path}?done=saved", saved.Headers.Location?.ToString());
        Assert.Equal("active", (await One(id)).Text("status"));

        Assert.Contains("Delete the subscription", await _client.Page($"{path}/delete"), StringComparison.Ordinal);
        Assert.Equal(id, (await One(id)).Text("id"));
        using (var deleted = await _client.Send($"{path}/delete")) Assert.Equal("/operate/subscriptions?done=deleted", deleted.Headers.Location?.ToString());
        await _server.Operator.GetAsync($"/v1/subscriptions/{id}").Problem(404, "unknown-subscription");
        await _client.Page(path, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_preview_tells_what_would_have_been_sent_and_makes_nothing()
    {
        var service = await _server.NewService();
        await _server.Get<IncidentStore>().Put(Incidents.Of(service, RunningServer.Now.AddDays(-1), "US"));
        var before = await Subscriptions();
        using var answer = await _client.Send("/operate/subscriptions/add", ("url", ""), ("services", service), ("regions", ""), ("format", "standard"), ("minLevel", "normal"), ("routingKey", ""), ("do", "preview"));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("It would have told 1 message", page, StringComparison.Ordinal);
        Assert.Contains($"Reports of trouble with Test {service} in the United States.", page, StringComparison.Ordinal);
        Assert.Contains($"value=\"{service}\"", page, StringComparison.Ordinal);
        Assert.Equal(before, await Subscriptions());

        async Task<int> Subscriptions() => (await _server.Operator.GetAsync("/v1/subscriptions").Json(HttpStatusCode.OK)).List("subscriptions").Length;
    }

    [Fact]
    public async Task A_bad_subscription_is_told_by_its_fields()
    {
        using var answer = await _client.Send("/operate/subscriptions/add", ("url", "ftp://x"), ("services", "UPPER"), ("regions", "lower"), ("events", "closed"), ("format", "pagerduty"), ("minLevel", "bad"), ("routingKey", ""));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        foreach (var field in new[] { "url", "services", "regions", "events", "minLevel", "routingKey" }) Assert.Contains($"id=\"{field}-fault\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_note_on_a_past_incident_appears_on_its_page()
    {
        var incident = await Kept(await _server.NewService());
        Assert.Contains($"href=\"/operate/incidents/{incident.Id}\"", await _client.Page("/operate/incidents"), StringComparison.Ordinal);
        using (var wrong = await _client.Send($"/operate/incidents/{incident.Id}", ("text", "The cable is mended."), ("source", "javascript:alert(1)")))
        {
            var page = await wrong.Content.ReadAsStringAsync();
            Assert.Contains("id=\"source-fault\"", page, StringComparison.Ordinal);
            Assert.Contains("The cable is mended.</textarea>", page, StringComparison.Ordinal);
        }

        using (var noted = await _client.Send($"/operate/incidents/{incident.Id}", ("text", "The cable is mended."), ("source", ""))) Assert.Equal($"/incidents/{incident.Id}", noted.Headers.Location?.ToString());
        await Eventually.Is("the note", () => _client.Page($"/incidents/{incident.Id}"), page => page.Contains("The cable is mended.", StringComparison.Ordinal));
        await _client.Page("/operate/incidents/none-such", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_people_write_is_read_and_taken_away_after_a_question()
    {
        var service = await _server.NewService();
        foreach (var text in new[] { Hostile, "The second" }) await _server.Report(service, new { comment = text }, RunningServer.NewAddress()).Json(HttpStatusCode.Accepted);
        Assert.Contains($"href=\"/operate/comments/{service}\"", await _client.Page($"/operate/comments?q={service}"), StringComparison.Ordinal);

        var page = await _client.Page($"/operate/comments/{service}");
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("Only operators can read these comments.", page, StringComparison.Ordinal);

        var away = Deletion().Match(page).Groups["path"].Value;
        Assert.Contains("The second", await _client.Page(away), StringComparison.Ordinal);
        using (var gone = await _client.Send(away)) Assert.Equal($"/operate/comments/{service}?done=deleted", gone.Headers.Location?.ToString());
        Assert.DoesNotContain("The second", await _client.Page($"/operate/comments/{service}"), StringComparison.Ordinal);
        Assert.Single((await _server.Operator.GetAsync($"/v1/services/{service}/comments").Json(HttpStatusCode.OK)).List("comments"));
        await _client.Page(away, HttpStatusCode.NotFound);
        await _client.Page("/operate/comments/none-such", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_figures_are_those_of_this_server()
    {
        var (service, address) = (await _server.NewService(), RunningServer.NewAddress());
        for (var i = 0; i < 3; i++) await _server.Report(service, new { }, address).Json(HttpStatusCode.Accepted);
        var figures = _server.Get<IntakeFigures>().Read();
        Assert.True(Of("counted") >= 1);
        Assert.Equal((2L, 0L), (Of("duplicate"), Of("QueueFull")));
        Assert.Matches("Duplicate</th><td class=\"n\"><b>[0-9.]+</b></td><td class=\"n\">[0-9.]+</td><td class=\"n\">2</td>", await _client.Page("/operate"));

        long Of(string word) => figures.Single(figure => figure.Word == word).Total;
    }

    [Theory, StartsProcess]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_operator_walks_through_it_with_a_browser(bool scripts)
    {
        await using var browser = await Browser.Start();
        var page = await browser.Open($"{_server.Anybody.BaseAddress}operate/services", scripts);
        await page.GetByLabel("Operator key").FillAsync(RunningServer.OperatorKey);
        await Click("Sign in");
        await Expect(page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Services");

        await page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Add a service" }).ClickAsync();
        await page.GetByLabel("Key").FillAsync("walked");
        await page.GetByLabel("Name", new() { Exact = false }).FillAsync("Walked Through");
        await page.GetByLabel("Category").FillAsync("tests");
        await Click("Add");
        await Expect(page.GetByRole(Microsoft.Playwright.AriaRole.Status)).ToContainTextAsync("Added.");

        await page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Delete Walked Through" }).ClickAsync();
        await Expect(page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Delete Walked Through?");
        await Click("Delete");
        await Expect(page.Locator("tbody")).Not.ToContainTextAsync("Walked Through");

        await page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Intake" }).ClickAsync();
        if (scripts)
        {
            await _server.Report("x", new { }).Json(HttpStatusCode.Accepted);
            await Expect(page.Locator("#figures tbody").First).ToContainTextAsync(CountedSome(), new() { Timeout = 10_000 });
        }

        await Click("Sign out");
        await Expect(page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in to operate");
        Assert.Empty(browser.Faults);

        Task Click(string name) => page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();
    }

    private async Task<(string Id, string Secret)> Subscribe(params (string Name, string Value)[] fields)
    {
        (string, string)[] all = [("url", _receiver.Url()), ("format", "standard"), ("minLevel", "normal"), ("do", "save"), .. fields];
        using var answer = await _client.Send("/operate/subscriptions/add", all);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        return (Id().Match(page).Value, Secret().Match(page).Value);
    }

    private async Task<IncidentDocument> Kept(string service)
    {
        var incident = Incidents.Of(service, RunningServer.Now.AddHours(-3), "US");
        incident = incident with { ResolvedAt = incident.OpenedAt.AddMinutes(40) };
        await _server.Get<IncidentStore>().Put(incident);
        return incident;
    }

    private Task<JsonElement> One(string id) => _server.Operator.GetAsync($"/v1/subscriptions/{id}").Json(HttpStatusCode.OK);

    private async Task<JsonElement[]> Deliveries(string id) => (await _server.Operator.GetAsync($"/v1/subscriptions/{id}/deliveries").Json(HttpStatusCode.OK)).List("deliveries");

    [GeneratedRegex("whsec_[A-Za-z0-9+/=]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secret();

    [GeneratedRegex("sub-[0-9a-f]{32}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();

    [GeneratedRegex("href=\"(?<path>/operate/comments/[^\"]+/delete)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Deletion();

    [GeneratedRegex("Counted[0.]*[1-9]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CountedSome();

    [GeneratedRegex("class=\"fault\" id=", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FaultsBeside();
}

/// <summary>A server that may tell receivers on this machine.</summary>
public sealed class OperateFixture : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RunningServer.Start([.. RunningServer.BelievingProxies, "Webhooks:AllowPrivateNetworks=true"]);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
