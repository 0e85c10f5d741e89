using System.Net.Http.Headers;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>Subscriptions as operators and subscribers meet them, over HTTP.</summary>
[Trait("Takes", "long")]
public sealed class SubscriptionsTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private RunningServer _server = null!;
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() =>
        (_server, _receiver) = (await RunningServer.Start("Webhooks:AllowPrivateNetworks=true", "Webhooks:PublicUrl=https://status.example/"), await Receiver.Start());

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_subscription_is_active_once_its_ping_was_answered_and_its_secret_signs()
    {
        _receiver.Answers = 500;
        var made = await Subscribe(new { url = _receiver.Url(), services = new[] { "x" }, events = new[] { "opened", "resolved" } });
        var (id, secret) = (made.Text("id")!, made.Text("secret")!);
        Assert.Equal("pending", made.Text("status"));
        await Eventually.Is("a failed ping", () => Deliveries(id), deliveries => deliveries[0].List("attempts").Length == 1, Soon);
        Assert.Equal("pending", (await One(id)).Text("status"));

        _receiver.Answers = 204;
        await _server.Operator.PostAsync($"/v1/subscriptions/{id}/ping", null).Json(HttpStatusCode.Accepted);
        var active = await Eventually.Is("active", () => One(id), one => one.Text("status") == "active", Soon);

        Assert.Equal(JsonValueKind.Null, active.GetProperty("secret").ValueKind);
        Assert.Equal(["Opened", "Resolved"], active.List("events").Select(word => char.ToUpperInvariant(word.GetString()![0]) + word.GetString()![1..]));
        var ping = _receiver.All[^1];
        Assert.Equal([WebhookSender.Sign(secret, ping.Id, ping.Timestamp, ping.Body)], ping.Signatures);
        Assert.Equal("ping", ping.Json.Text("type"));
    }

    [Fact]
    public async Task An_active_one_is_told_each_change_once_and_a_retry_has_the_same_id()
    {
        var id = (await Active(new { url = _receiver.Url() })).Text("id")!;
        var incident = Incidents.Of("x", "US");
        _receiver.Answers = 503;
        for (var i = 0; i < 3; i++) await _server.Get<IGrainFactory>().GetGrain<ISubscriptionGrain>(id).Offer(incident, incident.Changes[0]);
        await _receiver.Messages(1);
        _receiver.Answers = 204;

        await Eventually.Is("a delivery that can be tried again", () => Deliveries(id), deliveries => deliveries[0].List("attempts").Length == 1, Soon);
        using (var retried = await _server.Operator.PostAsync($"/v1/subscriptions/{id}/deliveries/msg_{incident.Id}_1/retry", null)) Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        await Eventually.Is("delivered", () => Deliveries(id), deliveries => deliveries[0].Text("state") == "delivered", Soon);

        Assert.Equal([$"msg_{incident.Id}_1"], _receiver.Told.Select(one => one.Id).Distinct());
        Assert.InRange(_receiver.Told.Count, 2, 3);
        var told = _receiver.Told[0].Json;
        Assert.Equal(("incident.opened", 1L, "Reports of trouble with X in the United States."),
            (told.Text("type"), told.GetProperty("data").Number("sequence"), told.GetProperty("data").GetProperty("change").Text("sentence")));
        Assert.Equal("https://status.example/incidents/" + incident.Id, told.GetProperty("data").GetProperty("links").Text("html"));
        await _server.Operator.PostAsync($"/v1/subscriptions/{id}/deliveries/msg_{incident.Id}_1/retry", null).Problem(409, "already-delivered");
        await _server.Operator.PostAsync($"/v1/subscriptions/{id}/deliveries/msg_none/retry", null).Problem(404, "unknown-delivery");
    }

    [Fact]
    public async Task Whoever_answers_410_is_told_nothing_more()
    {
        var id = (await Active(new { url = _receiver.Url() })).Text("id")!;
        _receiver.Answers = 410;
        var incident = Incidents.Of("x", "US");
        await _server.Get<IGrainFactory>().GetGrain<ISubscriptionGrain>(id).Offer(incident, incident.Changes[0]);

        var gone = await Eventually.Is("disabled", () => One(id), one => one.Text("status") == "disabled", Soon);
        Assert.StartsWith("gone", gone.Text("reason"), StringComparison.Ordinal);
        Assert.Equal("dead", (await Deliveries(id))[0].Text("state"));
    }

    [Theory]
    [InlineData("slack")]
    [InlineData("pagerduty")]
    [InlineData("alertmanager")]
    public async Task Each_format_tells_an_opening_and_an_end(string format)
    {
        var id = (await Active(new { url = _receiver.Url(), format, routingKey = format == "pagerduty" ? "key" : null })).Text("id")!;
        var grain = _server.Get<IGrainFactory>().GetGrain<ISubscriptionGrain>(id);
        var incident = Incidents.Of("x", "US");
        var over = Incidents.Change(2, ChangeKind.Resolved);
        await grain.Offer(incident, incident.Changes[0]);
        await _receiver.Messages(1);
        await grain.Offer(incident with { ResolvedAt = over.At, Changes = incident.Changes.Add(over) }, over);

        var bodies = (await _receiver.Messages(2)).Select(one => one.Json).ToArray();
        if (format == "slack")
        {
            Assert.Equal("Reports of trouble with X in the United States.", bodies[0].Text("text"));
            Assert.Contains("<https://status.example/incidents/", bodies[0].List("blocks")[0].GetProperty("text").Text("text"), StringComparison.Ordinal);
            return;
        }

        Assert.Equal(
            format == "pagerduty" ? ["trigger", "resolve"] : ["firing", "resolved"], bodies.Select(body => body.Text(format == "pagerduty" ? "event_action" : "status")));
        Assert.Single(bodies.Select(body => format == "pagerduty" ? body.Text("dedup_key") : body.List("alerts")[0].Text("fingerprint")).Distinct());
    }

    [Theory]
    [InlineData("POST", "/v1/subscriptions", """{"url":"https://example.com/","serivces":["x"]}""", "serivces")]
    [InlineData("POST", "/v1/subscriptions/preview", """{"event":["opened"]}""", "event")]
    [InlineData("PATCH", "/v1/subscriptions/{id}", """{"minlevels":"Spike"}""", "minlevels")]
    [InlineData("PATCH", "/v1/subscriptions/{id}", """{"services":"x"}""", "services")]
    public async Task A_field_that_nobody_knows_or_of_another_type_is_named(string method, string path, string body, string field)
    {
        var id = (await Subscribe(new { url = _receiver.Url() })).Text("id")!;
        using var request = new HttpRequestMessage(new(method), path.Replace("{id}", id, StringComparison.Ordinal)) { Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json")) };
        await _server.Operator.SendAsync(request).Problem(400, "bad-body", field);
    }

    [Fact]
    public async Task What_is_changed_is_changed_alone_and_what_is_deleted_is_gone()
    {
        var id = (await Active(new { url = _receiver.Url(), services = new[] { "x" } })).Text("id")!;
        var changed = await _server.Operator.PatchAsJsonAsync($"/v1/subscriptions/{id}", new { minLevel = "Spike" }).Json(HttpStatusCode.OK);
        Assert.Equal(("Spike", "active", "x"), (changed.Text("minLevel"), changed.Text("status"), changed.List("services")[0].GetString()));

        using var nothing = new StringContent("""{"services":null,"minLevel":null}""", MediaTypeHeaderValue.Parse("application/json"));
        var cleared = await _server.Operator.PatchAsync($"/v1/subscriptions/{id}", nothing).Json(HttpStatusCode.OK);
        Assert.Empty(cleared.List("services"));
        Assert.Equal((JsonValueKind.Null, "active"), (cleared.GetProperty("minLevel").ValueKind, cleared.Text("status")));

        var moved = await _server.Operator.PatchAsJsonAsync($"/v1/subscriptions/{id}", new { url = _receiver.Url("other") }).Json(HttpStatusCode.OK);
        Assert.Equal("pending", moved.Text("status"));
        await Eventually.Is("active at its new address", () => One(id), one => one.Text("status") == "active", Soon);

        using (var deleted = await _server.Operator.DeleteAsync($"/v1/subscriptions/{id}")) Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await _server.Operator.GetAsync($"/v1/subscriptions/{id}").Problem(404, "unknown-subscription");
        Assert.Empty((await _server.Operator.GetAsync("/v1/subscriptions").Json(HttpStatusCode.OK)).List("subscriptions"));
    }

    [Fact]
    public async Task A_preview_tells_what_would_have_been_sent()
    {
        var archive = _server.Get<IncidentStore>();
        var yesterday = RunningServer.Now.AddDays(-1);
        await archive.Put(Incidents.Of("x", yesterday, "US"));
        await archive.Put(Incidents.Of("y", yesterday, "GB"));
        await archive.Put(Incidents.Of("x", RunningServer.Now.AddDays(-9), "US"));

        var preview = await _server.Operator.PostAsJsonAsync("/v1/subscriptions/preview", new { services = new[] { "x" } }).Json(HttpStatusCode.OK);
        Assert.Equal(1, preview.Number("count"));
        Assert.Equal("Reports of trouble with X in the United States.", preview.List("messages")[0].Text("sentence"));
        Assert.Equal(2, (await _server.Operator.PostAsJsonAsync("/v1/subscriptions/preview", new { services = new[] { "x" }, days = 30 }).Json(HttpStatusCode.OK)).Number("count"));
        await _server.Operator.PostAsJsonAsync("/v1/subscriptions/preview", new { days = 46 }).Problem(400, "invalid", "days");
    }

    private Task<JsonElement> Subscribe(object body) => _server.Operator.PostAsJsonAsync("/v1/subscriptions", body).Json(HttpStatusCode.Created);

    private async Task<JsonElement> Active(object body)
    {
        var id = (await Subscribe(body)).Text("id")!;
        return await Eventually.Is("active", () => One(id), one => one.Text("status") == "active", Soon);
    }

    private Task<JsonElement> One(string id) => _server.Operator.GetAsync($"/v1/subscriptions/{id}").Json(HttpStatusCode.OK);

    private async Task<JsonElement[]> Deliveries(string id) => (await _server.Operator.GetAsync($"/v1/subscriptions/{id}/deliveries").Json(HttpStatusCode.OK)).List("deliveries");
}
