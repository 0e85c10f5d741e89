using System.ServiceModel.Syndication;
using System.Xml;
using System.Xml.Linq;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>One incident in all its forms, the days, the feeds, the notes.</summary>
[Collection(OneServer.Name)]
public sealed class ArchiveTests(AggregatorFixture fixture)
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task An_incident_says_the_same_as_JSON_and_XML_and_its_links_lead_to_each_form()
    {
        var incident = await Kept("US", "GB");
        var json = await _server.Get($"/v1/incidents/{incident.Id}");
        Assert.Equal(["html", "json", "xml"], json.GetProperty("links").Names());
        foreach (var link in json.GetProperty("links").EnumerateObject())
        {
            using var answer = await _server.Anybody.GetAsync(link.Value.GetString());
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(link.Name == "html" ? "text/html" : $"application/{link.Name}", answer.Content.Headers.ContentType?.MediaType);
        }

        var xml = XDocument.Parse(await _server.Anybody.GetStringAsync($"/v1/incidents/{incident.Id}.xml")).Root!;
        Assert.Equal(json.Text("id"), xml.Element("id")!.Value);
        Assert.Equal(json.List("regions").Select(region => region.Text("region")), xml.Element("regions")!.Elements("item").Select(item => item.Element("region")!.Value));
        Assert.Equal(json.GetProperty("evidence").Text("sentence"), xml.Element("evidence")!.Element("sentence")!.Value);

        foreach (var (accepted, form) in ((string, string)[])[("application/xml", "application/xml"), ("application/json, text/html", "application/json"), ("*/*", "application/json")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/incidents/{incident.Id}");
            request.Headers.Add("Accept", accepted);
            using var asked = await _server.Anybody.SendAsync(request);
            Assert.Equal(form, asked.Content.Headers.ContentType?.MediaType);
        }

        using var browser = new HttpRequestMessage(HttpMethod.Get, $"/v1/incidents/{incident.Id}");
        browser.Headers.Add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        using var sent = await _server.Anybody.SendAsync(browser);
        Assert.Equal((HttpStatusCode.Redirect, $"/incidents/{incident.Id}"), (sent.StatusCode, sent.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task Its_page_tells_its_story_and_encodes_what_people_wrote()
    {
        var incident = await Kept("US");
        await Note(incident.Id, "<script>alert(1)</script> is being looked into", "https://status.example/1").Json(HttpStatusCode.Created);

        var page = await _server.Anybody.GetStringAsync($"/incidents/{incident.Id}");
        Assert.Contains("Reports of trouble with", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt; is being looked into", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("href=\"https://status.example/1\"", page, StringComparison.Ordinal);
        using var missing = await _server.Anybody.GetAsync("/incidents/none-such");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_day_lists_what_was_opened_on_it()
    {
        var incident = await Kept("US");
        var page = await _server.Anybody.GetStringAsync($"/incidents/{incident.OpenedAt.UtcDateTime:yyyy'/'MM'/'dd}");
        Assert.Contains($"href=\"/incidents/{incident.Id}\"", page, StringComparison.Ordinal);
        Assert.Contains("No incident was opened", await _server.Anybody.GetStringAsync("/incidents/2001/02/28"), StringComparison.Ordinal);
        using var noDay = await _server.Anybody.GetAsync("/incidents/2001/02/30");
        Assert.Equal(HttpStatusCode.NotFound, noDay.StatusCode);
    }

    [Fact]
    public async Task A_feed_is_Atom_and_an_entry_keeps_its_id_and_moves_with_each_change()
    {
        var incident = await Kept("US");
        foreach (var path in new[] { "/incidents.atom", $"/services/{incident.Service}/incidents.atom" })
        {
            await using var stream = await _server.Anybody.GetStreamAsync(path);
            using var reader = XmlReader.Create(stream);
            var feed = SyndicationFeed.Load(reader);
            var entry = feed.Items.Single(item => item.Id == $"urn:aggregator:incident:{incident.Id}");
            Assert.Equal(incident.Changes[^1].At.ToUnixTimeSeconds(), entry.LastUpdatedTime.ToUnixTimeSeconds());
            Assert.NotEmpty(feed.Authors);
            Assert.Contains(feed.Links, link => link.RelationshipType == "self" && link.Uri.AbsolutePath == path);
            Assert.Contains(incident.Id, entry.Links[0].Uri.ToString(), StringComparison.Ordinal);
        }

        await _server.Anybody.GetAsync("/services/no-such-service/incidents.atom").Problem(404, "unknown-service");
    }

    [Fact]
    public async Task Related_are_those_of_the_same_service_before_and_of_the_same_time_and_regions()
    {
        var (service, other, far) = (await _server.NewService(), await _server.NewService(), await _server.NewService());
        var at = RunningServer.Now.AddDays(-2);
        await Keep(Incidents.Of(service, at.AddDays(-1), "FR"));
        await Keep(Incidents.Of(service, at.AddDays(-9), "FR"));
        await Keep(Incidents.Of(other, at.AddMinutes(5), "US", "DE"));
        await Keep(Incidents.Of(far, at.AddMinutes(5), "JP"));
        var incident = await Keep(Incidents.Of(service, at, "US"));

        var related = (await _server.Get($"/v1/incidents/{incident.Id}")).List("related").Where(one => new[] { service, other, far }.Contains(one.Text("service")));
        Assert.Equal(
            [(other, "SameTimeAndRegions", "US"), (service, "SameServiceBefore", "")],
            related.Select(one => (one.Text("service")!, one.Text("reason")!, string.Join(',', one.List("regions").Select(region => region.GetString())))));
    }

    [Fact]
    public async Task A_note_on_an_earlier_incident_is_kept_shown_and_told_in_turn()
    {
        var incident = await Kept("US");
        var noted = await Note(incident.Id, "Fixed. 🚨", null).Json(HttpStatusCode.Created);
        Assert.Contains("🚨", await _server.Anybody.GetStringAsync($"/v1/incidents/{incident.Id}.xml"), StringComparison.Ordinal);
        Assert.Equal(("Fixed. 🚨", 2L), (noted.List("notes")[0].Text("text"), noted.List("notes")[0].Number("sequence")));

        var read = await _server.Get($"/v1/incidents/{incident.Id}");
        Assert.Equal("Fixed. 🚨", read.List("notes")[0].Text("text"));
        Assert.Equal("noted", read.List("changes")[^1].Text("kind"));
    }

    [Fact]
    public async Task A_note_is_the_operators_and_has_a_text()
    {
        var incident = await Kept("US");
        using (var answer = await _server.Anybody.PostAsJsonAsync($"/v1/incidents/{incident.Id}/notes", new { text = "hello" })) Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        await Note(incident.Id, "", null).Problem(400, "invalid", "text");
        await Note(incident.Id, new('x', 2001), null).Problem(400, "invalid", "text");
        await Note(incident.Id, "hello", "javascript:alert(1)").Problem(400, "invalid", "source");
        await Note("none-such", "hello", null).Problem(404, "unknown-incident");
    }

    private Task<HttpResponseMessage> Note(string id, string text, string? source) => _server.Operator.PostAsJsonAsync($"/v1/incidents/{id}/notes", new { text, source });

    private async Task<IncidentDocument> Kept(params string[] regions) => await Keep(Incidents.Of(await _server.NewService(), RunningServer.Now.AddHours(-3), regions));

    private async Task<IncidentDocument> Keep(IncidentDocument incident)
    {
        var kept = incident with { ResolvedAt = incident.OpenedAt.AddMinutes(40) };
        await _server.Get<IncidentStore>().Put(kept);
        return kept;
    }
}
