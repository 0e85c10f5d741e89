using System.Globalization;
using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>A server that is stopped or killed, and starts again on what it left.</summary>
[StartsProcess]
public sealed class RestartTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-restart-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_second_start_finds_what_the_first_one_left(bool killed)
    {
        // Without a key in the settings the server makes one, and finds it again.
        await using var server = await ServerProcess.Start($"Store:DataDirectory={_directory}", "Operator:Key=");
        var key = await File.ReadAllTextAsync(Path.Combine(_directory, "operator.key"));
        server.Operator.DefaultRequestHeaders.Authorization = new("Bearer", key.Trim());
        await Import(server);
        await Put(server, "services/mine", new { name = "Mine", category = "tests", symptoms = new[] { "door" } }, HttpStatusCode.Created);
        await Put(server, "regions/XX-1", new { name = "Somewhere" }, HttpStatusCode.Created);
        (await server.Operator.DeleteAsync("/v1/services/facebook")).EnsureSuccessStatusCode();
        await Report(server, "mine", "counted");

        if (killed) await server.Kill();
        else await server.Stop();
        await server.Restart();

        await Eventually.Right("the counts are as they were", Soon, async () => await Sum(server, "x") == 700 ? null : $"{await Sum(server, "x")}");
        Assert.Equal(1, await Sum(server, "mine"));
        await Report(server, "mine", "duplicate");
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/v1/services/facebook")).StatusCode);
        await Put(server, "regions/XX-1", new { name = "Somewhere else" }, HttpStatusCode.OK);
        Assert.Equal(key, await File.ReadAllTextAsync(Path.Combine(_directory, "operator.key")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_open_incident_goes_on_and_no_other_service_is_lost_from_sight(bool killed)
    {
        await using var server = await ServerProcess.Start($"Store:DataDirectory={_directory}");
        var flood = Enumerable.Range(0, 200).Select(i => $$"""{"service":"x","region":"US","reporter":"r{{i}}","network":"n{{i}}"}""");
        using var content = new StringContent(string.Join('\n', flood), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        (await server.Operator.PostAsync("/v1/reports", content)).EnsureSuccessStatusCode();

        // A bucket to close, a spike to hold over two closes at worst: already half a minute.
        var incident = await Eventually.Get("an incident", 2 * Soon, () => Incident(server));

        if (killed) await server.Kill();
        else await server.Stop();
        await server.Restart();

        await Eventually.Right("the spike is seen again, in the same incident", Soon, async () => await Spiking(server) == incident ? null : $"{await Spiking(server)}");
        Assert.Equal(incident, await Incident(server));
        await Eventually.Right("no service is out of sight", Soon, async () => await Unseen(server) is { Length: > 0 } unseen ? unseen : null);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_and_told_why()
    {
        await using var server = await ServerProcess.Start($"Store:DataDirectory={_directory}");

        var (exitCode, said) = await ServerProcess.StartInVain($"Store:DataDirectory={_directory}");

        Assert.NotEqual(0, exitCode);
        Assert.Contains($"The data directory '{_directory}' is in use by another server.", said, StringComparison.Ordinal);
        Assert.True((await server.Http.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    private static async Task<string?> Incident(ServerProcess server)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/incidents?service=x&state=open"));
        return json.RootElement.GetProperty("incidents").EnumerateArray().Select(incident => incident.GetProperty("id").GetString()).SingleOrDefault();
    }

    private static async Task<string?> Spiking(ServerProcess server)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/spikes?service=x&region=US"));
        return json.RootElement.GetProperty("spikes").EnumerateArray().Select(spike => spike.GetProperty("incident").GetString()).SingleOrDefault();
    }

    private static async Task<string> Unseen(ServerProcess server)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/services?level=Unknown"));
        return string.Join(' ', json.RootElement.GetProperty("services").EnumerateArray().Select(service => service.GetProperty("service").GetString()));
    }

    private static async Task Import(ServerProcess server)
    {
        var now = TimeProvider.System.GetUtcNow();
        var lines = new StringBuilder();
        for (var i = 0; i < 100; i++)
            lines.Append(CultureInfo.InvariantCulture, $"{{\"service\":\"x\",\"region\":\"{(i % 2 == 0 ? "US" : "GB")}\",\"count\":7,\"at\":\"{now.AddMinutes(-10 * i):O}\"}}\n");
        using var content = new StringContent(lines.ToString(), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        (await server.Operator.PostAsync("/v1/reports", content)).EnsureSuccessStatusCode();
    }

    private static async Task Put(ServerProcess server, string what, object body, HttpStatusCode expected)
    {
        using var answer = await server.Operator.PutAsJsonAsync($"/v1/{what}", body);
        Assert.Equal(expected, answer.StatusCode);
    }

    private static async Task Report(ServerProcess server, string service, string outcome)
    {
        using var answer = await server.Http.PostAsJsonAsync($"/v1/services/{service}/reports", new { symptom = "door", region = "XX-1" });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(outcome, json.RootElement.GetProperty("outcome").GetString());
    }

    private static async Task<long> Sum(ServerProcess server, string service)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync($"/v1/services/{service}/series?interval=10s"));
        return json.RootElement.GetProperty("points").EnumerateArray()
            .Select(point => point.GetProperty("reports"))
            .Sum(reports => reports.ValueKind == JsonValueKind.Null ? 0 : reports.GetInt64());
    }
}
