using System.Formats.Tar;
using System.Net.Http.Headers;

namespace Aggregator.Server.Tests;

/// <summary>What a running server keeps, taken away while reports come in, is all there again somewhere else.</summary>
public sealed class BackupTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-backup-").FullName;
    private readonly DateTimeOffset _day = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(-6);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact, StartsProcess]
    public async Task A_backup_of_the_embedded_store_made_under_load_is_unpacked_into_an_empty_directory_and_all_is_there()
    {
        await using var receiver = await Receiver.Start();
        var (here, there, file) = (Path.Combine(_directory, "here"), Path.Combine(_directory, "there"), Path.Combine(_directory, "backup.tar"));
        string[] settings = ["Operator:Key=", "Webhooks:AllowPrivateNetworks=true"];
        string before;
        Sent sent;
        await using (var server = await ServerProcess.Start([.. settings, $"Store:DataDirectory={here}"]))
        {
            await TakeKey(server, here);
            before = await Fill(server, receiver);
            sent = await Report(server, async () =>
            {
                // Twice: a second one finds the checkpoint of the first.
                await Save(server, Path.Combine(_directory, "first.tar"));
                await Save(server, file);
            });
            await server.Kill();
        }

        if (!OperatingSystem.IsWindows()) Assert.All(Entries(file), entry => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, entry.Mode));
        Directory.CreateDirectory(there);
        await TarFile.ExtractToDirectoryAsync(file, there, overwriteFiles: false);
        Assert.False(Directory.Exists(Path.Combine(here, "backup.new")));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(here, "operator.key")), await File.ReadAllTextAsync(Path.Combine(there, "operator.key")));

        await using var restored = await ServerProcess.Start([.. settings, $"Store:DataDirectory={there}"]);
        await TakeKey(restored, there);
        await IsThere(restored, before, sent);

        // It goes on from there, and what it takes is as safe as before.
        var after = await Counted(restored);
        await Send(restored, 50);
        await restored.Kill();
        await restored.Restart();
        await Eventually.Right("what came after it", Soon, async () => await Counted(restored) is var counted && counted == after + 50 ? null : $"{counted} instead of {after + 50}");
        await IsThere(restored, before, sent with { AtMost = sent.AtMost + 50 });
    }

    [Fact, StartsProcess]
    public async Task A_backup_of_a_Redis_taken_under_load_is_read_by_an_empty_one_and_all_is_there()
    {
        Assert.SkipUnless(Machine.RedisCli is not null, "redis-cli is not installed.");
        await using var receiver = await Receiver.Start();
        var file = Path.Combine(_directory, "backup.rdb");
        string[] settings = ["Store:Mode=Redis", "Webhooks:AllowPrivateNetworks=true", $"Store:DataDirectory={Path.Combine(_directory, "data")}"];
        string before;
        Sent sent;
        await using (var redis = await RedisProcess.Start())
        await using (var server = await ServerProcess.Start([.. settings, $"Store:Connection={redis.Connection}"]))
        {
            before = await Fill(server, receiver);
            sent = await Report(server, () => redis.Ask("--rdb", file));
            await server.Operator.PostAsync("/v1/backup", null).Problem(409, "no-embedded-store");
            await server.Kill();
            await redis.Kill();
        }

        await using var other = await RedisProcess.From(file);
        await other.Ask("DEL", $"{new ClusteringOptions().Id}/members/{new ClusteringOptions().Id}");
        await using var restored = await ServerProcess.Start([.. settings, $"Store:Connection={other.Connection}"]);
        await IsThere(restored, before, sent);
    }

    [Fact]
    public async Task Only_the_operator_is_given_a_backup()
    {
        await using var server = await RunningServer.Start();
        await server.Anybody.PostAsync("/v1/backup", null).Problem(401, "no-operator-key");
    }

    /// <summary>A past, an incident that is open, a service and a subscription of its own.</summary>
    /// <returns>All of it, as it has to be found again.</returns>
    private async Task<string> Fill(ServerProcess server, Receiver receiver)
    {
        (await server.Operator.PutAsJsonAsync("/v1/services/mine", new { name = "Mine", category = "tests", symptoms = new[] { "door" } })).EnsureSuccessStatusCode();
        await Lines(server, "/v1/history", $$"""{"service":"mine","region":"US","from":"{{_day:O}}","interval":"1m","counts":[{{string.Join(',', Enumerable.Range(0, 2 * 1440).Select(minute => minute % 11))}}]}""");
        await server.Operator.PostAsJsonAsync("/v1/subscriptions", new { url = receiver.Url(), services = new[] { "x" } }).Json(HttpStatusCode.Created);
        await Eventually.True("the subscription is active", Soon, async () => (await server.Operator.GetStringAsync("/v1/subscriptions")).Contains("\"active\"", StringComparison.Ordinal));
        await Lines(server, "/v1/reports", string.Join('\n', Enumerable.Range(0, 300).Select(i => $$"""{"service":"x","region":"US","reporter":"r{{i}}","network":"n{{i}}"}""")));
        await Eventually.True("the incident was told", Soon, () => Task.FromResult(receiver.Told.Count > 0));
        return await Read(server);
    }

    private async Task<string> Read(ServerProcess server)
    {
        var series = await server.Http.GetStringAsync($"/v1/export/series?service=mine&region=US,ALL&interval=1m&from={_day:yyyy-MM-dd}&to={_day.AddDays(2):yyyy-MM-dd}");
        var counts = series.Split("\r\n").Select(row => string.Join(',', row.Split(',').Take(5)));
        using var incidents = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/incidents?service=x"));
        var incident = incidents.RootElement.List("incidents").Single();
        using var subscriptions = JsonDocument.Parse(await server.Operator.GetStringAsync("/v1/subscriptions"));
        var subscription = subscriptions.RootElement.List("subscriptions").Single();
        return $"{incident.Text("id")} {incident.Text("openedAt")} {incident.List("changes")[0]}\n{subscription.Text("id")} {subscription.Text("url")}\n{string.Join('\n', counts)}";
    }

    private async Task IsThere(ServerProcess server, string before, Sent sent)
    {
        Assert.Equal(before, await Read(server));
        await Eventually.Right("what was acknowledged before it began", Soon, async () =>
            await Counted(server) is var counted && counted >= sent.AtLeast && counted <= sent.AtMost ? null : $"{counted} instead of {sent.AtLeast} to {sent.AtMost}");
    }

    /// <summary>Reports while something is done, and says how many must, and how many may, be in what it made.</summary>
    private static async Task<Sent> Report(ServerProcess server, Func<Task> meanwhile)
    {
        long acknowledged = 0;
        using var enough = new CancellationTokenSource();
        var reporting = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await Send(server, 20);
                Interlocked.Add(ref acknowledged, 20);
            }
        });
        await Eventually.True("reports come in", Soon, () => Task.FromResult(Interlocked.Read(ref acknowledged) >= 200));
        var atLeast = Interlocked.Read(ref acknowledged);
        await meanwhile();
        await enough.CancelAsync();
        await reporting;
        return new(atLeast, acknowledged);
    }

    private static Task Send(ServerProcess server, int reports) => Lines(server, "/v1/reports", $$"""{"service":"mine","region":"GB","count":{{reports}}}""");

    private static async Task Lines(ServerProcess server, string path, string lines)
    {
        using var content = new StringContent(lines, Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        using var answer = await server.Operator.PostAsync(path, content);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    private static async Task<long> Counted(ServerProcess server)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync($"/v1/services/mine/series?region=GB&interval=10s&once={Guid.NewGuid()}"));
        return json.RootElement.List("points").Sum(point => point.GetProperty("reports") is { ValueKind: JsonValueKind.Number } reports ? reports.GetInt64() : 0);
    }

    private static async Task Save(ServerProcess server, string file)
    {
        using var answer = await server.Operator.PostAsync("/v1/backup", null);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode}: {server.Output}");
        Assert.Equal("application/x-tar", answer.Content.Headers.ContentType?.MediaType);
        await using var to = File.Create(file);
        await answer.Content.CopyToAsync(to);
    }

    private static async Task TakeKey(ServerProcess server, string data) =>
        server.Operator.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(data, "operator.key"))).Trim());

    private static List<TarEntry> Entries(string file)
    {
        using var tar = new TarReader(File.OpenRead(file));
        var entries = new List<TarEntry>();
        while (tar.GetNextEntry() is { } entry) entries.Add(entry);
        return entries;
    }

    private readonly record struct Sent(long AtLeast, long AtMost);
}
