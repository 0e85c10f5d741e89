namespace Aggregator.Server.Tests;

[Collection(OneServer.Name)]
public sealed class IncidentQueriesTests(AggregatorFixture fixture)
{
    [Fact]
    public async Task An_incident_that_never_was_is_unknown() => await fixture.Server.Anybody.GetAsync("/v1/incidents/no-such-incident").Problem(404, "unknown-incident");

    [Theory]
    [InlineData("/v1/incidents?state=maybe", "state")]
    [InlineData("/v1/incidents?from=once", "from")]
    [InlineData("/v1/incidents?limit=0", "limit")]
    [InlineData("/v1/incidents?service=UPPER", "service")]
    [InlineData("/v1/incidents?region=lower", "region")]
    [InlineData("/v1/spikes?level=bad", "level")]
    [InlineData("/v1/spikes?service=UPPER", "service")]
    [InlineData("/v1/spikes?region=lower", "region")]
    public async Task A_bad_query_is_told_by_its_field(string path, string field) => await fixture.Server.Anybody.GetAsync(path).Problem(400, "invalid", field);
}

/// <summary>In real time, so in a server of its own beside the others.</summary>
[Trait("Takes", "long")]
public sealed class FloodTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start(RunningServer.BelievingProxies);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_flood_from_many_networks_becomes_a_spike_and_opens_one_incident()
    {
        var service = await _server.NewService("app", "login");
        using var quiet = await _server.Anybody.GetAsync($"/v1/spikes?service={service}");
        Assert.Empty((await quiet.Json()).List("spikes"));

        var number = 0;
        var spikes = await Eventually.Is("a spike with an incident", FloodAndLook, answer => answer.List("spikes").Any(one => one.Text("incident") is not null), Soon);
        var spike = spikes.List("spikes").Single(one => one.Text("region") == "US");
        Assert.Equal(["service", "region", "level", "reason", "observed", "expected", "ratio", "networks", "since", "incident", "usual", "window", "onset", "score", "chance", "sentence"], spike.Names());
        Assert.Equal((service, "Spike", "NoBaselineYet"), (spike.Text("service"), spike.Text("level"), spike.Text("reason")));
        Assert.True(spike.GetProperty("observed").GetDouble() > 10 * spike.GetProperty("expected").GetDouble());
        Assert.True(spike.Number("networks") > 20);
        Assert.InRange(spike.GetProperty("usual").GetProperty("high").GetDouble(), spike.GetProperty("expected").GetDouble(), spike.GetProperty("observed").GetDouble());
        Assert.True(spike.GetProperty("score").GetDouble() >= 7.7);
        Assert.Matches("^([1-9][0-9]*[smh])+$", spike.Text("window"));
        Assert.InRange(spike.GetProperty("onset").GetDateTimeOffset(), RunningServer.Now.AddMinutes(-5), RunningServer.Now);
        Assert.Contains($" from {spike.Number("networks"):N0} networks", spike.Text("sentence"), StringComparison.Ordinal);
        Assert.EndsWith("Z", spike.Text("since"), StringComparison.Ordinal);

        await TheTagHasChanged(service, quiet);
        await TheFiltersSeeIt(service);
        await TheIncidentTellsItsStory(service, spike.Text("incident")!);
        await TheServiceIsSpiking(service, spike.Text("incident")!);

        async Task<JsonElement> FloodAndLook()
        {
            var lines = Enumerable.Range(0, 40).Select(_ => $$"""{"service":"{{service}}","region":"US","symptom":"login","reporter":"r{{number}}","network":"n{{number++}}"}""");
            await _server.PostLines("/v1/reports", string.Join('\n', lines)).Json(HttpStatusCode.OK);
            return await _server.Get($"/v1/spikes?service={service}");
        }
    }

    private async Task TheTagHasChanged(string service, HttpResponseMessage quiet)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/spikes?service={service}") { Headers = { IfNoneMatch = { quiet.Headers.ETag! } } };
        using var changed = await _server.Anybody.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(quiet.Headers.ETag, changed.Headers.ETag);
    }

    private async Task TheFiltersSeeIt(string service)
    {
        Assert.Contains((await _server.Get("/v1/spikes?region=US")).List("spikes"), one => one.Text("service") == service);
        Assert.Contains((await _server.Get("/v1/spikes?level=spike,elevated")).List("spikes"), one => one.Text("service") == service);
        Assert.DoesNotContain((await _server.Get("/v1/spikes?region=GB")).List("spikes"), one => one.Text("service") == service);
        Assert.DoesNotContain((await _server.Get("/v1/spikes?service=x")).List("spikes"), one => one.Text("service") == service);
        Assert.Equal(service, (await _server.Get("/v1/services?limit=1")).List("services").Single().Text("service"));
    }

    private async Task TheIncidentTellsItsStory(string service, string id)
    {
        var incident = await Eventually.Is(
            "the region in the incident", () => _server.Get($"/v1/incidents/{id}"), told => told.List("regions").Any(region => region.Text("region") == "US"), Soon);
        Assert.All(new[] { "id", "service", "state", "openedAt", "peak", "regions", "symptoms", "evidence", "changes", "links" }, name => Assert.Contains(name, incident.Names()));
        Assert.Equal((id, service, "open"), (incident.Text("id"), incident.Text("service"), incident.Text("state")));
        Assert.Equal(["at", "observed", "expected", "ratio", "usual", "window", "networks", "onset", "score", "chance", "sentence"], incident.GetProperty("peak").Names());
        Assert.True(incident.GetProperty("peak").Number("networks") > 0);
        Assert.Contains(incident.GetProperty("evidence").Text("region"), new[] { "US", "ALL" });
        Assert.All([incident.GetProperty("evidence"), incident.GetProperty("peak"), incident.List("regions")[0].GetProperty("peak")], told => Assert.Contains("within", told.Text("sentence"), StringComparison.Ordinal));
        Assert.Equal(["region", "level", "openedAt", "peak"], incident.List("regions")[0].Names());
        Assert.True(incident.GetProperty("symptoms").Number("login") > 0);
        Assert.Equal("opened", incident.List("changes")[0].Text("kind"));
        Assert.Equal($"/v1/incidents/{id}.json", incident.GetProperty("links").Text("json"));

        foreach (var query in new[] { $"service={service}", $"service={service}&region=US", $"service={service}&state=open", $"service={service}&from={RunningServer.Now.AddHours(-1):yyyy-MM-ddTHH:mm:ss}Z" })
            Assert.Equal(id, (await _server.Get($"/v1/incidents?{query}")).List("incidents").Single().Text("id"));
        foreach (var query in new[] { $"service={service}&region=GB", $"service={service}&state=resolved", "service=x", $"service={service}&to={RunningServer.Now.AddHours(-1):yyyy-MM-ddTHH:mm:ss}Z" })
            Assert.Empty((await _server.Get($"/v1/incidents?{query}")).List("incidents"));
    }

    private async Task TheServiceIsSpiking(string service, string id)
    {
        var read = await _server.Get($"/v1/services/{service}");
        Assert.Equal(("Spike", id), (read.Text("level"), read.Text("incident")));
        Assert.Equal(id, read.GetProperty("openIncident").Text("id"));
        Assert.Equal(1, read.Number("regionsInSpike"));
        var page = await _server.Anybody.GetStringAsync($"/services/{service}");
        Assert.Contains("Many people are having trouble with", page, StringComparison.Ordinal);
        Assert.Matches("[0-9]+ reports in the last [^<]*; since about [^<]* networks", page);
    }
}
