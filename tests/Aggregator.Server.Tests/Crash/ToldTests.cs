using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>Every change of an incident reaches its subscriber though the server is killed while it opens, spreads and tells.</summary>
[StartsProcess]
public sealed class ToldTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-told-").FullName;
    private int _number;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task No_change_is_missed_and_none_is_told_under_two_ids_when_the_server_is_killed_while_it_tells()
    {
        await using var receiver = await Receiver.Start();
        await using var server = await ServerProcess.Start($"Store:DataDirectory={_directory}", "Webhooks:AllowPrivateNetworks=true");
        await server.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = receiver.Url() }).Json(HttpStatusCode.Created);
        await Eventually.True("a subscription that is active", Soon, async () => (await All(server)).Contains("\"active\"", StringComparison.Ordinal));

        // Killed while it waits for the answer to the first message: it cannot know that it was heard.
        var way = new TaskCompletionSource();
        receiver.Way = way.Task;
        await Flood(server, "US", () => receiver.Told.Count > 0);
        await server.Kill();
        way.SetResult();
        await server.Restart();
        await Eventually.True("the first message once more", Soon, () => Task.FromResult(receiver.Told.Count > 1));

        // Killed as soon as another region has joined: saved, and perhaps not told.
        await Flood(server, "GB", async () => (await Changes(server)).Length > 1, "US");
        await server.Kill();
        await server.Restart();

        var told = await Eventually.Is("all changes told", async () => (Told: receiver.Told.Select(one => one.Id).Distinct().Order().ToArray(), Changes: await Changes(server)),
            both => both.Changes.Length > 1 && both.Told.Length >= both.Changes.Length, Soon);
        Assert.Equal(told.Changes, told.Told);
        Assert.All(receiver.Told.GroupBy(one => one.Id), same => Assert.Single(same.Select(one => one.Body).Distinct()));
    }

    private Task Flood(ServerProcess server, string region, Func<bool> until) => Flood(server, region, () => Task.FromResult(until()));

    private async Task Flood(ServerProcess server, string region, Func<Task<bool>> until, params string[] others) => await Eventually.True($"a change by {region}", Soon, async () =>
    {
        foreach (var one in others.Append(region))
        {
            var lines = Enumerable.Range(0, 60).Select(_ => $$"""{"service":"x","region":"{{one}}","reporter":"r{{_number}}","network":"n{{_number++}}"}""");
            using var content = new StringContent(string.Join('\n', lines), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
            using var answer = await server.Operator.PostAsync("/v1/reports", content);
        }

        return await until();
    });

    /// <summary>The ids under which its incident's changes are to be told.</summary>
    private static async Task<string[]> Changes(ServerProcess server)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/incidents?service=x"));
        return [.. json.RootElement.List("incidents").SelectMany(incident => incident.List("changes").Select(change => $"msg_{incident.Text("id")}_{change.Number("sequence")}")).Order()];
    }

    private static Task<string> All(ServerProcess server) => server.Operator.GetStringAsync("/v1/subscriptions");
}
