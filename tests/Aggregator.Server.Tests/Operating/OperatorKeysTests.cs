namespace Aggregator.Server.Tests;

/// <summary>Keys lie in files, change while the server runs, and are written nowhere else.</summary>
public sealed class OperatorKeysTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-keys-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_key_is_changed_under_a_running_server_and_both_are_taken_meanwhile()
    {
        const string Old = "the-key-of-last-year", New = "the-key-of-this-year";
        var file = await Write("operate.key", Old);
        await using var server = await RunningServer.Start("Operator:Key=", $"Operator:KeyFile={file}");
        using var session = new FormClient(server);
        using (await session.Send("/operate/sign-in", ("key", Old))) await session.Page("/operate");
        await Takes(server, (Old, true), (New, false));

        await Write("operate.key", $"{Old}\n{New}");
        await Takes(server, (Old, true), (New, true));

        await Write("operate.key", New);
        await Takes(server, (Old, false), (New, true));
        using (var after = await session.Get("/operate")) Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);

        // A mount that is replaced by another file, as orchestrators do it.
        File.Move(await Write("next", Old), file, overwrite: true);
        await Takes(server, (Old, true), (New, false));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n\n")]
    public async Task A_file_without_a_key_takes_nobodys_key_away_and_the_log_says_so(string? content)
    {
        var heard = new HeardLog();
        var keys = await Open(await Write("a.key", "a-key-that-was-there"));
        if (content is null) File.Delete(Path.Combine(_directory, "a.key"));
        else await Write("a.key", content);

        for (var i = 0; i < 3; i++) keys.Look(heard);
        Assert.NotNull(keys.Find("a-key-that-was-there"));
        Assert.Contains("what was read before stays", Assert.Single(heard.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_taken_once_it_was_read_twice_alike_so_that_half_of_one_never_is()
    {
        var heard = new HeardLog();
        var keys = await Open(await Write("a.key", "first-key"));
        await Write("a.key", "sec");
        keys.Look(heard);
        await Write("a.key", "second-key");
        keys.Look(heard);
        Assert.Null(keys.Find("sec"));
        Assert.Null(keys.Find("second-key"));

        keys.Look(heard);
        Assert.NotNull(keys.Find("second-key"));
        Assert.Null(keys.Find("first-key"));
        Assert.DoesNotContain("second-key", Assert.Single(heard.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_can_be_guessed_is_warned_about_without_being_told()
    {
        var heard = new HeardLog();
        (await Open(await Write("a.key", "hunter2"))).SayWhere(heard);
        var line = Assert.Single(heard.Lines);
        Assert.Contains("can be guessed", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
    }

    [Fact, StartsProcess]
    public async Task No_log_however_much_it_says_holds_a_key_and_a_Redis_that_may_lose_reports_is_named()
    {
        await using var redis = await RedisProcess.Start("--appendfsync", "everysec", "--requirepass", "a-password-of-redis", "--protected-mode", "no");
        string[] secrets = ["the-key-in-a-file", "the-next-key-in-a-file", "the-key-of-a-reader", "a-key-that-is-wrong", ServerProcess.OperatorKey, "a-password-of-redis"];
        var file = await Write("operate.key", secrets[0]);
        await using var server = await ServerProcess.Start(
            "Store:Mode=Redis", $"Store:ConnectionFile={await Write("redis", $"{redis.Connection},password=a-password-of-redis")}", $"Store:DataDirectory={_directory}",
            "Operator:Keys:0:Name=in-a-file", $"Operator:Keys:0:KeyFile={file}", "Operator:Keys:0:Scopes=read-private,operate", "Operator:Keys:1:Name=reader", $"Operator:Keys:1:Key={secrets[2]}", "Operator:Keys:1:Scopes=read-private",
            "Logging:LogLevel:Default=Trace", "Logging:LogLevel:Aggregator=Trace", "Logging:LogLevel:Orleans.Runtime.Silo=Trace", "Logging:LogLevel:Orleans.Runtime.Watchdog=Trace");

        await Write("operate.key", secrets[1]);
        await Eventually.True("the new key is taken", TimeSpan.FromSeconds(15), async () => await Ask(server.Http, secrets[1]) == HttpStatusCode.OK);
        foreach (var secret in secrets) await Ask(server.Http, secret);
        using (var form = new FormUrlEncodedContent([KeyValuePair.Create("key", secrets[2])])) await server.Http.PostAsync("/operate/sign-in", form);

        Assert.Contains("was read anew from", server.Output, StringComparison.Ordinal);
        Assert.Contains($"The Redis at {redis.Connection} has appendfsync everysec: reports that were answered 202 are lost", server.Output, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, server.Output, StringComparison.Ordinal));
    }

    private static Task<OperatorKeys> Open(string file) => OperatorKeys.Open(new() { KeyFile = file }, new(), null!);

    private static async Task<HttpStatusCode> Ask(HttpClient client, string key)
    {
        using var answer = await client.Knock("GET", "/v1/subscriptions", ("Authorization", $"Bearer {key}"));
        return answer.StatusCode;
    }

    private static Task Takes(RunningServer server, params (string Key, bool IsTaken)[] keys) => Eventually.True(
        string.Join(", ", keys), TimeSpan.FromSeconds(15), async () =>
        {
            foreach (var (key, isTaken) in keys)
            {
                if (await Ask(server.Anybody, key) != (isTaken ? HttpStatusCode.OK : HttpStatusCode.Unauthorized)) return false;
            }

            return true;
        });

    private async Task<string> Write(string name, string content)
    {
        var file = Path.Combine(_directory, name);
        await File.WriteAllTextAsync(file, content);
        return file;
    }
}
