using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>What is kept for good can be deleted for good.</summary>
[Collection(OneServer.Name)]
public sealed class ForgettingTests(AggregatorFixture fixture, Embedded store) : IClassFixture<Embedded>
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Of_a_service_that_was_taken_away_nothing_is_left_and_it_begins_anew()
    {
        var (service, other) = (await _server.NewService(), await _server.NewService());
        foreach (var one in new[] { service, other })
        {
            var from = RunningServer.Now.AddDays(-2);
            await _server.PostLines("/v1/history", $$"""{"service":"{{one}}","region":"GB","from":"{{from:yyyy-MM-ddTHH:00:00Z}}","interval":"1m","counts":[1,2,3]}""").Json(HttpStatusCode.OK);
            await _server.Report(one, new { symptom = "app", region = "US", comment = "It does not work for me." }).Json(HttpStatusCode.Accepted);
            await _server.Get<IncidentStore>().Put(Incidents.Of(one, RunningServer.Now.AddHours(-3), "US") with { ResolvedAt = RunningServer.Now.AddHours(-2) });
        }

        await Forget(service).Problem(409, "still-in-catalog");
        Assert.NotEmpty(await Kept(service));
        using (await _server.Operator.DeleteAsync($"/v1/services/{service}")) using (var forgotten = await Forget(service)) Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);

        // Activations end a moment after they were asked to; whatever they still do, they write nothing.
        await Eventually.True("its grains are gone", TimeSpan.FromSeconds(20), async () =>
            (await _server.Get<IGrainFactory>().GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics()).All(grain => grain.GrainId.Key.ToString() is var key && key != service && !key!.StartsWith($"{service}|", StringComparison.Ordinal)));
        Assert.Empty(await Kept(service));
        await Forget(service).Problem(404, "nothing-kept");

        var put = new { name = "Anew", category = "tests", symptoms = new[] { "app" } };
        await _server.Operator.PutAsJsonAsync($"/v1/services/{service}", put).Json(HttpStatusCode.Created);
        Assert.Empty((await _server.Get($"/v1/services/{service}/regions?never=asked")).List("regions"));
        Assert.Empty((await _server.Get($"/v1/incidents?service={service}&limit=77")).List("incidents"));
        Assert.Empty((await _server.Operator.GetAsync($"/v1/services/{service}/comments").Json(HttpStatusCode.OK)).List("comments"));
        Assert.Equal(0, (await _server.Get($"/v1/services/{service}?never=asked")).Number("reports15m"));

        var counted = await _server.Report(service, new { symptom = "app", region = "US" }).Json(HttpStatusCode.Accepted);
        Assert.Equal(("counted", 1), (counted.Text("outcome"), counted.Number("reports15m")));
        Assert.Single((await _server.Get($"/v1/incidents?service={other}&limit=77")).List("incidents"));
        Assert.Single((await _server.Operator.GetAsync($"/v1/services/{other}/comments").Json(HttpStatusCode.OK)).List("comments"));
    }

    [Theory]
    [InlineData("no-such-service")]
    [InlineData("UPPER")]
    public async Task Of_what_is_not_known_there_is_nothing_to_delete(string service) => await Forget(service).Problem(404, "nothing-kept");

    [Fact]
    public async Task An_incident_that_is_not_over_is_not_forgotten()
    {
        await using var cluster = await GrainCluster.Start(store.Fresh(), Incidents.Noon);
        var grain = cluster.Service("x");
        for (var i = 0; i < 2; i++)
        {
            await grain.Hear(new("US", Incidents.Verdict(), 120, 3.5, 90, ImmutableDictionary<string, long>.Empty.Add("app", 100), []));
            cluster.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.False(await grain.Forget());
        Assert.Single(await cluster.Incidents.List(null, null, 0, 10, "x"));
    }

    private Task<HttpResponseMessage> Forget(string service) => _server.Operator.DeleteAsync($"/v1/services/{service}/history");

    /// <summary>The keys of a service in the store, but for those of its reporters and networks, which expire within the hour and keep them from counting twice.</summary>
    private async Task<List<string>> Kept(string service)
    {
        var itself = new Regex($"(?<![0-9a-z-]){service}(?![0-9])", RegexOptions.None, TimeSpan.FromSeconds(1));
        var found = new List<string>();
        await foreach (var key in _server.Get<StoreConnection>().Multiplexer.GetServers()[0].KeysAsync(pattern: $"*{service}*"))
        {
            var name = key.ToString();
            if (itself.IsMatch(name) && !name.Contains(":reporters:", StringComparison.Ordinal) && !name.Contains(":networks:", StringComparison.Ordinal)) found.Add(name);
        }

        return found;
    }
}
