using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>All servers were down for longer than counts are kept in 10-second buckets, with incidents open.</summary>
public sealed class DaysAwayTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-away-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(27)]
    [InlineData(24 * 50)]
    public async Task An_incident_that_was_open_when_the_servers_stopped_is_found(int hoursAway)
    {
        var now = RunningServer.Now;
        await using var server = await SteppedServer.Start(now, $"Store:DataDirectory={_directory}");
        await Flood(server);
        await server.Stop();

        server.Clock.Set(now.AddHours(hoursAway));
        await server.Restart();
        await Eventually.True("the gauge's number is right", Soon, async () => (await Incident(server, "/v1/incidents?state=open")).Length == 1);
    }

    private static async Task Flood(SteppedServer server)
    {
        var number = 0;
        await Eventually.True("an incident", Soon, async () =>
        {
            var lines = Enumerable.Range(0, 60).Select(_ => $$"""{"service":"x","region":"US","reporter":"r{{number}}","network":"n{{number++}}"}""");
            using var content = new StringContent(string.Join('\n', lines), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
            using var answer = await server.Operator.PostAsync("/v1/reports", content);
            return (await Incident(server, "/v1/incidents?state=open")).Length == 1;
        });
    }

    private static async Task<string[]> Incident(SteppedServer server, string path) =>
        [.. (await (await server.Http.GetAsync(path)).Json()).List("incidents").Select(incident => incident.Text("service")!)];
}
