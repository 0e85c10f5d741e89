using System.Xml;
using System.Xml.Linq;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>One bad record, left by an earlier version, a restored backup or a later version, takes nothing else with it.</summary>
[Collection(OneServer.Name)]
public sealed class PoisonTests(AggregatorFixture fixture)
{
    private const string Poison = "Dis\u000bc\ufffeo\ud83drd";

    private readonly RunningServer _server = fixture.Server;

    public static TheoryData<string, string, string, string> Doors => new()
    {
        { "PUT", "/v1/services/vt", """{"name":"$","category":"t","symptoms":["app"]}""", "name" },
        { "PUT", "/v1/services/vt", """{"name":"n","category":"$","symptoms":["app"]}""", "category" },
        { "PUT", "/v1/services/vt", """{"name":"n","category":"t","symptoms":["app"],"homepage":"https://example.org/$"}""", "homepage" },
        { "PUT", "/v1/services/vt", """{"name":"n","category":"t","symptoms":["$"]}""", "symptoms" },
        { "PUT", "/v1/services/vt", """{"name":"n","category":"t","symptoms":["app"],"aliases":["$"]}""", "aliases" },
        { "PUT", "/v1/regions/QA-1", """{"name":"$"}""", "name" },
        { "POST", "/v1/incidents/any/notes", """{"text":"$"}""", "text" },
        { "POST", "/v1/incidents/any/notes", """{"text":"t","source":"https://example.org/$"}""", "source" },
        { "POST", "/v1/subscriptions", """{"url":"https://example.org/$"}""", "url" },
        { "POST", "/v1/subscriptions", """{"url":"https://example.org/","format":"pagerduty","routingKey":"$"}""", "routingKey" },
    };

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Text_that_XML_cannot_carry_is_refused_by_its_field(string method, string path, string body, string field)
    {
        foreach (var character in new[] { @"\u0000", @"\u0001", @"\u000b", @"\u001f", @"\ufffe", @"\uffff" })
        {
            using var request = new HttpRequestMessage(new(method), path) { Content = new StringContent(body.Replace("$", $"a{character}b", StringComparison.Ordinal), Encoding.UTF8, "application/json") };
            await _server.Operator.SendAsync(request).Problem(400, "invalid", field);
        }

        foreach (var half in new[] { @"\ud83d", @"\udea8" })
        {
            using var request = new HttpRequestMessage(new(method), path) { Content = new StringContent(body.Replace("$", $"a{half}b", StringComparison.Ordinal), Encoding.UTF8, "application/json") };
            using var answer = await _server.Operator.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_name_and_a_note_from_before_are_cleaned_in_every_form()
    {
        var service = await _server.NewService();
        var catalog = _server.Get<CatalogStore>();
        await catalog.PutService(service, $$"""{"service":"{{service}}","name":"Dis\u000bc\ufffeord","category":"\u0001t","homepage":"https://x/\u000b","symptoms":["app","\u000b"],"aliases":["\uffffa",null]}""");
        await Eventually.Is("the catalog is read", () => _server.Get($"/v1/services/{service}?once={Guid.NewGuid()}"), read => read.Text("name") == "Discord");

        var incident = Incidents.Of(service, RunningServer.Now.AddHours(-1), "US");
        incident = incident with
        {
            Notes = [new(2, incident.OpenedAt, Poison, "https://example.org/")],
            Changes = incident.Changes.Add(Incidents.Change(2, ChangeKind.Noted, "US")),
        };
        await _server.Get<IncidentStore>().Put(incident);

        foreach (var path in new[] { "/incidents.atom", $"/services/{service}/incidents.atom", $"/v1/incidents/{incident.Id}.xml", $"/badge/{service}.svg" })
            Parse(await _server.Anybody.GetStringAsync($"{path}?once={Guid.NewGuid()}"));

        Assert.Contains("Discord has been having trouble", await _server.Anybody.GetStringAsync($"/services/{service}/incidents.atom?again"), StringComparison.Ordinal);
        foreach (var path in new[] { $"/incidents/{incident.Id}", "/incidents", $"/services/{service}", $"/v1/export/incidents?service={service}", $"/v1/incidents/{incident.Id}", "/v1/services?q=Discord", $"/embed/{service}" })
        {
            var text = await _server.Anybody.GetStringAsync(path);
            Assert.DoesNotContain(text, letter => letter is '\u000b' or '\ufffe' or '\uffff' or '\u0001');
            Assert.DoesNotContain("&#xB;", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("\\u000b", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"service":"$","name":null,"category":"t","symptoms":["app"]}""")]
    [InlineData("""{"service":"other","name":"n","category":"t","symptoms":["app"]}""")]
    public async Task A_service_that_cannot_be_read_is_left_out_and_the_others_stay(string document)
    {
        var (bad, good) = (await _server.NewService(), await _server.NewService());
        await _server.Get<CatalogStore>().PutService(bad, document.Replace("$", bad, StringComparison.Ordinal));
        await _server.Get<CatalogStore>().PutService("Not A Key", """{"service":"Not A Key","name":"n","category":"t","symptoms":["app"]}""");
        await _server.Get<CatalogStore>().PutRegion("not a code", """{"region":"not a code","name":"n"}""");
        await _server.Get<CatalogStore>().PutRegion("QZ-9", "[]");

        await Eventually.Is("the bad one is gone", () => _server.Get($"/v1/services?q={bad}&once={Guid.NewGuid()}"), read => read.List("services").All(one => one.Text("service") != bad));
        await _server.Get($"/v1/services/{good}");
        await _server.Report(good, new { region = "US" }).Json(HttpStatusCode.Accepted);

        using var deleted = await _server.Operator.DeleteAsync($"/v1/services/{bad}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"kind\":\"opened\"", "\"kind\":\"of-a-later-version\"")]
    [InlineData("\"openedBy\":\"US\"", "\"openedBy\":\"\"")]
    [InlineData("\"openedBy\":\"US\"", "\"openedBy\":null")]
    [InlineData("\"service\":\"", "\"service\":\"Not a key ")]
    [InlineData("\"openedAt\":\"2", "\"openedAt\":\"9")]
    public async Task An_incident_that_cannot_be_read_is_left_out_and_the_others_stay(string part, string? instead = null)
    {
        var service = await _server.NewService();
        var (good, bad) = (Incidents.Of(service, RunningServer.Now.AddHours(-2), "US"), Incidents.Of(service, RunningServer.Now.AddHours(-1), "US"));
        var (archive, store) = (_server.Get<IncidentStore>(), _server.Get<StoreConnection>());
        await archive.Put(good);
        await archive.Put(bad);
        var key = new StoreKeys(store.Prefix).Incident(bad.Id);
        var document = (string)(await store.Shared.StringGetAsync(key))!;
        if (instead is not null) Assert.Contains(part, document, StringComparison.OrdinalIgnoreCase);
        await store.Shared.StringSetAsync(key, instead is null ? part : document.Replace(part, instead, StringComparison.OrdinalIgnoreCase));

        var listed = (await _server.Get($"/v1/incidents?service={service}")).List("incidents");
        Assert.Equal([good.Id], listed.Select(one => one.Text("id")));
        Parse(await _server.Anybody.GetStringAsync($"/services/{service}/incidents.atom"));
        Parse(await _server.Anybody.GetStringAsync($"/incidents.atom?once={Guid.NewGuid()}"));
        Assert.Contains(good.Id, await _server.Anybody.GetStringAsync($"/v1/export/incidents?service={service}"), StringComparison.Ordinal);
        foreach (var page in new[] { $"/services/{service}", $"/incidents/{good.Id}", "/incidents" })
        {
            using var answer = await _server.Anybody.Knock("GET", page, ("Accept", "text/html"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await _server.Anybody.GetAsync($"/v1/incidents/{bad.Id}").Problem(404, "unknown-incident");
    }

    [Fact]
    public async Task A_comment_that_cannot_be_read_is_left_out_and_the_others_stay()
    {
        var service = await _server.NewService();
        await _server.Report(service, new { comment = "a\u000b\ufffeb" }).Json(HttpStatusCode.Accepted);
        var store = _server.Get<StoreConnection>();
        await store.Shared.ListLeftPushAsync(new StoreKeys(store.Prefix).Comments(ServiceKey.Parse(service)), ["{", "{}", """{"at":"2026-11-22T12:00:00Z","region":"US","symptom":"app","text":"c\u000bd"}"""]);

        var comments = (await _server.Operator.GetAsync($"/v1/services/{service}/comments").Json(HttpStatusCode.OK)).List("comments");
        Assert.Equal(["cd", "a b"], comments.Select(comment => comment.Text("text")));
    }

    [Fact]
    public async Task A_filter_that_cannot_be_read_is_left_out_and_the_others_stay()
    {
        var (store, filters) = (_server.Get<StoreConnection>(), _server.Get<SubscriptionStore>());
        var key = new StoreKeys(store.Prefix).Subscriptions;
        await store.Shared.HashSetAsync(key, "sub-bad", """{"services":[],"regions":[],"events":["OfALaterVersion"],"minLevel":"Normal"}""");
        await store.Shared.HashSetAsync(key, "sub-empty", "{}");
        await filters.Put("sub-good", new([], [], [], Level.Normal));

        var read = await filters.Filters();
        Assert.Contains("sub-good", read.Keys);
        Assert.DoesNotContain("sub-bad", read.Keys);
        Assert.DoesNotContain("sub-empty", read.Keys);
        foreach (var id in new[] { "sub-bad", "sub-empty", "sub-good" }) await filters.Delete(id);
    }

    private static void Parse(string xml) => XDocument.Load(XmlReader.Create(new StringReader(xml), new() { CheckCharacters = true }));
}
