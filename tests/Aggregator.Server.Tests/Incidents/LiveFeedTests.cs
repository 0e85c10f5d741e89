using System.Collections.Frozen;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

/// <summary>The live feed, told what the boards would tell it.</summary>
[Collection(OneServer.Name)]
public sealed class LiveFeedTests(AggregatorFixture fixture)
{
    private LiveFeed Feed => fixture.Server.Get<LiveFeed>();

    [Fact]
    public async Task A_listener_hears_levels_and_changes_and_resumes_where_it_was()
    {
        var service = await fixture.Server.NewService();
        using var listening = await Listen($"?service={service}");
        var incident = Incidents.Of(service, "US");
        Tell(service, null, null);
        Tell(service, Level.Spike, incident);
        Tell(service, null, incident with { ResolvedAt = Incidents.Noon, Changes = incident.Changes.Add(Incidents.Change(2, ChangeKind.Resolved)) });

        var heard = await Read(listening, 4);
        Assert.Equal(["spike", "incident", "spike", "incident"], heard.Select(one => one.Kind));
        Assert.Equal(["Spike", "Normal"], heard.Where(one => one.Kind == "spike").Select(one => one.Data.Text("level")));
        Assert.Equal([1L, 2L], heard.Where(one => one.Kind == "incident").Select(one => one.Data.Number("sequence")));

        using var again = await Listen($"?service={service}", heard[1].Id);
        Assert.Equal(heard.Skip(2).Select(one => one.Id), (await Read(again, 2)).Select(one => one.Id));

        // Of another server's number nothing is known; the moment says from where to go on.
        var elsewhere = heard[0].Id.Split('-')[0] + "-another0-7";
        using var moved = await Listen($"?service={service}", elsewhere);
        Assert.Contains(heard[0].Id, (await Read(moved, 2)).Select(one => one.Id));
    }

    public static TheoryData<string> StrangeIds =>
    [
        "0-another0-7", "nonsense", new string('x', 100), new string('x', 5000), "1-2", "1-2-3-4", "--", "-1-x-1", "99999999999999-another0-1", "9223372036854775807-another0-1", "99999999999999999999-another0-1", "\t1-x-1", "0-SERVER-999999", "x-SERVER-0", "0-SERVER-x",
    ];

    [Theory]
    [MemberData(nameof(StrangeIds))]
    public async Task Whoever_comes_back_and_cannot_be_told_all_is_told_that(string lastId)
    {
        if (lastId.Contains("SERVER", StringComparison.Ordinal)) lastId = lastId.Replace("SERVER", await ServerOfIds(), StringComparison.Ordinal);
        using var listening = await Listen("", lastId);
        var (kind, id, data) = (await Read(listening, 1))[0];
        Assert.Equal(("missed", null), (kind, id));
        Assert.Contains("/v1/spikes", data.Text("sentence"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_for_a_region_hears_of_no_other()
    {
        var service = await fixture.Server.NewService();
        using var listening = await Listen($"?service={service}&region=GB");
        Tell(service, Level.Spike, null);
        Tell(service, Level.Elevated, null, "GB");
        Assert.Equal("GB", (await Read(listening, 1))[0].Data.Text("region"));
    }

    [Fact]
    public async Task A_bad_filter_is_told_by_its_field()
    {
        await fixture.Server.Anybody.GetAsync("/v1/stream?region=lower").Problem(400, "invalid", "region");
        await fixture.Server.Anybody.GetAsync("/v1/stream?region=QQ").Problem(400, "invalid", "region");
        await fixture.Server.Anybody.GetAsync("/v1/stream?service=no-such-service").Problem(400, "invalid", "service");
    }

    [Fact]
    public void A_reader_that_does_not_read_is_let_go()
    {
        var reader = Feed.Listen("slow-reader", null, null)!;
        for (var i = 0; i < 3000; i++) Tell("slow-reader", i % 2 == 0 ? Level.Spike : null, null);

        Assert.False(reader.Tell(new byte[1]));
        var kept = 0;
        while (reader.Next.TryRead(out _)) kept++;
        Assert.InRange(kept, 1000, 1300);
        Assert.True(reader.Next.Completion.IsCompletedSuccessfully);
    }

    private readonly Dictionary<string, ServiceStanding> _known = [];

    private async Task<string> ServerOfIds()
    {
        var service = await fixture.Server.NewService();
        using var listening = await Listen($"?service={service}");
        Tell(service, Level.Spike, null);
        return (await Read(listening, 1))[0].Id.Split('-')[1];
    }

    private void Tell(string service, Level? level, IncidentDocument? incident, string region = "US")
    {
        var now = new ServiceStanding(
            service, level ?? Level.Normal, Incidents.Noon, 0, 0, [], level is { } bad ? [new(region, Incidents.Verdict(bad), 3)] : [],
            incident is { ResolvedAt: null } ? incident : null, incident is { ResolvedAt: not null } ? incident : null);
        var before = _known.GetValueOrDefault(service);
        Feed.Compare(Of(before), Of(now));
        _known[service] = now;
    }

    private static Snapshot Of(ServiceStanding? standing) =>
        new(1, RunningServer.Now, true, false, false, standing is null ? FrozenDictionary<string, ServiceStanding>.Empty : new Dictionary<string, ServiceStanding> { [standing.Service] = standing }.ToFrozenDictionary());

    private async Task<HttpResponseMessage> Listen(string query, string? lastId = null)
    {
        var readers = Feed.Readers;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/stream" + query);
        if (lastId is not null) request.Headers.Add("Last-Event-ID", lastId);
        var answer = await fixture.Server.Anybody.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await Eventually.Is("listening", () => Task.FromResult(Feed.Readers), count => count > readers, TimeSpan.FromSeconds(10));
        return answer;
    }

    private static async Task<List<(string Kind, string Id, JsonElement Data)>> Read(HttpResponseMessage listening, int count)
    {
        var heard = new List<(string, string, JsonElement)>();
        await using var stream = await listening.Content.ReadAsStreamAsync();
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(cancel.Token))
        {
            heard.Add((item.EventType, item.EventId!, JsonDocument.Parse(item.Data).RootElement));
            if (heard.Count == count) break;
        }

        return heard;
    }
}
