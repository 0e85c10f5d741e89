using System.Formats.Tar;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Aggregator.Server.Tests;

public sealed class EmbeddedStoreTests : IDisposable
{
    private const string Count = """
        for i = 1, #KEYS do redis.call('HINCRBY', KEYS[i], 'n', 1) end
        return 'done'
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-store-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact, StartsProcess]
    public async Task A_committed_write_survives_a_kill()
    {
        await using (var store = await EmbeddedStoreProcess.Start(_directory))
        {
            await using var redis = await Connect(store.Port);
            await CountOnce(redis);
            await CountOnce(redis);
            await store.Kill();
        }

        await AssertCounted(2);
    }

    [Fact, StartsProcess]
    public async Task A_write_after_a_checkpoint_survives_a_kill_and_so_does_one_before()
    {
        await using (var store = Start())
        {
            await using var redis = await Connect(store.Port);
            await CountOnce(redis);
            await store.Checkpoint(TestContext.Current.CancellationToken);
        }

        await using (var store = await EmbeddedStoreProcess.Start(_directory))
        {
            await using var redis = await Connect(store.Port);
            await CountOnce(redis);
            await store.Kill();
        }

        await AssertCounted(2);
    }

    [Fact]
    public async Task What_has_expired_is_deleted_though_nobody_asks_for_it_again()
    {
        await using var store = Start();
        await using var redis = await Connect(store.Port);
        var database = redis.GetDatabase();
        await database.StringSetAsync("kept", "1", TimeSpan.FromHours(1));
        for (var i = 0; i < 10; i++)
        {
            await database.HashSetAsync($"gone:{i}", "somebody", 1);
            await database.KeyExpireAsync($"gone:{i}", TimeSpan.FromMilliseconds(100));
        }

        var deleted = 0L;
        await Eventually.Is("all are deleted", async () => deleted += await store.DropExpired(TestContext.Current.CancellationToken), all => all == 10);
        Assert.True(await database.KeyExistsAsync("kept"));
    }

    [Fact]
    public async Task A_checkpoint_drops_the_log()
    {
        await using var store = Start();
        await using var redis = await Connect(store.Port);
        for (var i = 0; i < 20; i++) await CountOnce(redis);
        var before = await store.LogSize();

        await store.Checkpoint(TestContext.Current.CancellationToken);

        Assert.InRange(await store.LogSize(), 0, before / 10);
    }

    [Fact]
    public async Task A_backup_made_at_any_moment_holds_whole_scripts_and_no_fewer_than_were_answered_before_it()
    {
        const int Backups = 20;
        var (data, restored) = (Path.Combine(_directory, "data"), Path.Combine(_directory, "restored"));
        var answered = 0L;
        var least = new List<long>();
        using var enough = new CancellationTokenSource();
        await using (var store = EmbeddedStore.Start(data, NullLoggerFactory.Instance, TimeProvider.System))
        {
            await using var redis = await Connect(store.Port);
            var counting = Task.Run(async () =>
            {
                for (; !enough.IsCancellationRequested; Interlocked.Increment(ref answered)) await CountOnce(redis);
            });
            for (var i = 0; i < Backups; i++)
            {
                least.Add(Interlocked.Read(ref answered));
                await using var file = File.Create(Path.Combine(_directory, $"{i}.tar"));
                await store.Backup(file, TestContext.Current.CancellationToken);
            }

            await enough.CancelAsync();
            await counting;
        }

        for (var i = 0; i < Backups; i++)
        {
            Directory.CreateDirectory(restored);
            await TarFile.ExtractToDirectoryAsync(Path.Combine(_directory, $"{i}.tar"), restored, overwriteFiles: false);
            await using (var store = EmbeddedStore.Start(restored, NullLoggerFactory.Instance, TimeProvider.System))
            {
                await using var redis = await Connect(store.Port);
                var counts = await Task.WhenAll(Keys.Select(async key => (long)await redis.GetDatabase().HashGetAsync(key, "n")));
                Assert.InRange(counts[0], least[i], i + 1 < Backups ? least[i + 1] + 1 : answered);
                Assert.All(counts, count => Assert.Equal(counts[0], count));
            }

            Directory.Delete(restored, recursive: true);
        }
    }

    [Fact]
    public async Task A_stopped_store_has_kept_what_nobody_committed()
    {
        await using (var store = Start())
        {
            await using var redis = await Connect(store.Port);
            await redis.GetDatabase().ScriptEvaluateAsync(Count, Keys);
        }

        await AssertCounted(1);
    }

    [Fact]
    public async Task A_directory_serves_one_store_at_a_time()
    {
        await using (Start())
        {
            var refusal = Assert.Throws<CannotStartException>(Start);
            Assert.Contains("in use by another server", refusal.Message, StringComparison.Ordinal);
        }

        await using var next = Start();
        Assert.NotEqual(0, next.Port);
    }

    [Fact]
    public async Task A_script_has_its_keys_for_itself()
    {
        const string Script = """
            local n = redis.call('HGET', KEYS[1], 'n') or 0
            redis.call('HSET', KEYS[1], 'n', n + 1)
            redis.call('HINCRBY', KEYS[2], 'n', 1)
            return 'done'
            """;
        await using var store = Start();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var redis = await Connect(store.Port);
            await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => redis.GetDatabase().ScriptEvaluateAsync(Script, ["read", "counted"])));
        }));

        await using var reader = await Connect(store.Port);
        Assert.Equal(1000, (long)await reader.GetDatabase().HashGetAsync("read", "n"));
        Assert.Equal(1000, (long)await reader.GetDatabase().HashGetAsync("counted", "n"));
    }

    [Fact]
    public async Task Only_the_owner_may_look_into_the_data_directory()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        var directory = Path.Combine(_directory, "data");
        await using var store = EmbeddedStore.Start(directory, NullLoggerFactory.Instance, TimeProvider.System);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
    }

    private static RedisKey[] Keys { get; } = [.. Enumerable.Range(0, 60).Select(i => (RedisKey)$"{{x}}:{i}")];

    private EmbeddedStore Start() => EmbeddedStore.Start(_directory, NullLoggerFactory.Instance, TimeProvider.System);

    private static Task<ConnectionMultiplexer> Connect(int port) => ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");

    // As the server commits: script and COMMITAOF one after the other on one connection.
    private static async Task CountOnce(ConnectionMultiplexer redis)
    {
        var counted = redis.GetDatabase().ScriptEvaluateAsync(Count, Keys);
        var committed = redis.GetDatabase().ExecuteAsync("COMMITAOF");
        await counted;
        await committed;
    }

    private async Task AssertCounted(long times)
    {
        await using var store = Start();
        await using var redis = await Connect(store.Port);
        foreach (var key in Keys)
            Assert.Equal(times, (long)await redis.GetDatabase().HashGetAsync(key, "n"));
    }
}
