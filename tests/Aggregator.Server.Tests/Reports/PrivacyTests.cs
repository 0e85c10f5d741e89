using System.Globalization;
using System.Net.Http.Headers;
using StackExchange.Redis;

namespace Aggregator.Server.Tests;

/// <summary>Who reported is nowhere to be read: not in the log, however much it says, not in an answer, not in the store.</summary>
[StartsProcess]
public sealed class PrivacyTests : IDisposable
{
    private const string Address = "198.51.100.77", Address6 = "2001:db8:77:88:99aa::1", Comment = "my cat Schnurrbart pulled the plug", Person = "alice.77@example.org", Office = "office-of-alice-77";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-privacy-").FullName;
    private readonly List<string> _answers = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Neither_log_nor_answers_nor_store_tell_who_reported()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await ServerProcess.Start(
            "Store:Mode=Redis", $"Store:Connection={redis.Connection}", $"Store:DataDirectory={_directory}", RunningServer.BelievingProxies[0], "Reports:RatePerReporter=4",
            "Logging:LogLevel:Default=Trace", "Logging:LogLevel:Aggregator=Trace", "Logging:LogLevel:Orleans.Runtime.Silo=Trace", "Logging:LogLevel:Orleans.Runtime.Watchdog=Trace");

        await SendAllThatIsSent(server);
        await redis.Freeze();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Report(server, Address6, $$"""{"region":"FR","comment":"{{Comment}}"}"""));
        await redis.Thaw();

        using var store = await ConnectionMultiplexer.ConnectAsync(redis.Connection);
        var kept = await Everything(store);
        Assert.Contains(kept, entry => entry.Key.Contains(":comments:x", StringComparison.Ordinal) && entry.Texts.Any(text => text.Contains(Comment, StringComparison.Ordinal)));

        var names = kept.Where(IsHeard).SelectMany(entry => entry.Texts).Where(text => text.Length == 12).ToArray();
        var keys = kept.Where(IsKey).SelectMany(entry => entry.Texts).Select(Encoding.Latin1.GetBytes).ToArray();
        Assert.NotEmpty(names);
        Assert.NotEmpty(keys);

        string[] senders = [Address, "198.51.100.0", Address6, "2001:db8:77:88::", Person, Office];
        string[] secrets = [.. senders, Comment, .. names, .. keys.SelectMany(key => new[] { Convert.ToHexString(key), Convert.ToBase64String(key), Encoding.Latin1.GetString(key) })];
        Assert.Contains("Microsoft.AspNetCore", server.Output, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, server.Output, StringComparison.OrdinalIgnoreCase));
        Assert.All(_answers, answer => Assert.All(secrets, secret => Assert.DoesNotContain(secret, answer, StringComparison.OrdinalIgnoreCase)));

        string[] raw = [.. senders, .. new[] { Address, Address6 }.Select(address => Encoding.Latin1.GetString(IPAddress.Parse(address).GetAddressBytes()))];
        Assert.All(kept, entry => Assert.All(entry.Texts.Prepend(entry.Key), text => Assert.All(raw, sender => Assert.DoesNotContain(sender, text, StringComparison.OrdinalIgnoreCase))));

        Assert.All(kept.Where(IsKey), entry => Assert.InRange(entry.Left ?? TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.FromHours(48)));
        Assert.All(kept.Where(IsHeard), entry => Assert.InRange(entry.Left ?? TimeSpan.MaxValue, TimeSpan.Zero, 2 * Window + TimeSpan.FromMinutes(1)));
    }

    /// <summary>What is taken, what is refused, and what goes too far.</summary>
    private async Task SendAllThatIsSent(ServerProcess server)
    {
        var good = $$"""{"region":"US","comment":"{{Comment}}"}""";
        Assert.Equal(HttpStatusCode.Accepted, await Report(server, Address, good));
        Assert.Equal(HttpStatusCode.Accepted, await Report(server, Address6, good));

        // A chain of proxies of which one is not known.
        Assert.Equal(HttpStatusCode.Accepted, await Report(server, $"203.0.113.9, {Address}", good));
        Assert.Equal(HttpStatusCode.Accepted, await Report(server, $"{Address}:4711", good));
        foreach (var bad in new[] { good[..^2], good.Replace("US", "QX", StringComparison.Ordinal), $$"""{"comment":["{{Comment}}"]}""", $$"""{"comment":"{{Comment}}{{new string('x', 300)}}"}""", good.PadRight(5000) })
            Assert.InRange((int)await Report(server, Address, bad), 400, 429);
        await Report(server, $"not {Address} at all", good);

        for (var i = 0; i < 6; i++) await Post(server.Http, "/services/x/report", "application/x-www-form-urlencoded", $"region=US&comment={Uri.EscapeDataString(Comment)}", Address);
        var line = $$"""{"service":"x","region":"US","reporter":"{{Person}}","network":"{{Office}}"}""";
        Assert.Equal(HttpStatusCode.OK, await Post(server.Operator, "/v1/reports", "application/x-ndjson", $"{line}\n{line[..^1]}\n{line.Replace("US", "QX", StringComparison.Ordinal)}", Address));
        foreach (var path in new[] { "/v1/services/x", "/v1/services/x/comments", "/services/x", "/metrics", "/no-such-page", "/v1/services/x/series?from=yesterday", "/v1/spikes" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "X-Forwarded-For", Address } } };
            await Keep(await server.Http.SendAsync(request));
        }
    }

    private Task<HttpStatusCode> Report(ServerProcess server, string from, string body) => Post(server.Http, "/v1/services/x/reports", "application/json", body, from);

    private async Task<HttpStatusCode> Post(HttpClient http, string path, string type, string body, string from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type)) };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", from);
        return await Keep(await http.SendAsync(request));
    }

    private async Task<HttpStatusCode> Keep(HttpResponseMessage response)
    {
        using (response) _answers.Add($"{response}\n{await response.Content.ReadAsStringAsync()}");
        return response.StatusCode;
    }

    private static bool IsKey(Entry entry) => entry.Key.Contains(":reporter-key:", StringComparison.Ordinal);

    private static bool IsHeard(Entry entry) => entry.Key.Contains(":reporters:", StringComparison.Ordinal) || entry.Key.Contains(":networks:", StringComparison.Ordinal);

    private static async Task<List<Entry>> Everything(ConnectionMultiplexer redis)
    {
        var (database, all) = (redis.GetDatabase(), new List<Entry>());
        await foreach (var key in redis.GetServers()[0].KeysAsync(pageSize: 1000))
        {
            RedisValue[] values = await database.KeyTypeAsync(key) switch
            {
                RedisType.String => [await database.StringGetAsync(key)],
                RedisType.Hash => [.. (await database.HashGetAllAsync(key)).SelectMany(field => new[] { field.Name, field.Value })],
                RedisType.List => await database.ListRangeAsync(key),
                RedisType.Set => await database.SetMembersAsync(key),
                RedisType.SortedSet => await database.SortedSetRangeByRankAsync(key),
                var other => throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"{key} is a {other}.")),
            };
            all.Add(new(key.ToString(), [.. values.Where(value => !value.IsNull).Select(value => Encoding.Latin1.GetString((byte[])value!))], await database.KeyTimeToLiveAsync(key)));
        }

        return all;
    }

    /// <param name="Texts">Its value, or its fields and values, byte by byte.</param>
    private sealed record Entry(string Key, string[] Texts, TimeSpan? Left);
}
