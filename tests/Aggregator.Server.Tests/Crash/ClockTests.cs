namespace Aggregator.Server.Tests;

/// <summary>A server whose clock is set while it takes reports.</summary>
[StartsProcess]
public sealed class ClockTests(ITestOutputHelper output) : FaultTests(output)
{
    private static readonly DateTimeOffset Midnight = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
    private static readonly TimeSpan Begins = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task The_clock_of_a_server_is_set_back_and_forward()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await SteppedServer.Start(Midnight + Begins, [.. Settings, .. On(redis.Connection)]);

        // Ten minutes back, two hours forward, back over midnight; at last forward beyond all that was seen.
        TimeSpan[] first = [Minutes(20), Minutes(140), Minutes(-10)];
        var faults = Math.Max(first.Length + 1, Faults);
        await Withstands(server, redis, (dice, i) =>
        {
            server.Clock.Set(Midnight + (i < first.Length ? first[i] : i < faults - 1 ? Minutes(dice.Next(-15, 140)) : Minutes(150)));
            return Task.CompletedTask;
        }, faults);
    }

    /// <summary>Within a dedup window, and into the one before.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(12 * 60 + 5)]
    public Task A_retry_after_the_clock_was_set_back_is_a_duplicate(int minutesAfterMidnight) =>
        ARetryAfterTenMinutesBackIsADuplicate(Minutes(minutesAfterMidnight));

    [Fact(Skip = "Before midnight nobody has the key of the day after: who reports again is somebody else there.")]
    public Task A_retry_after_the_clock_was_set_back_over_midnight_is_a_duplicate() => ARetryAfterTenMinutesBackIsADuplicate(Minutes(5));

    [Fact]
    public async Task An_import_that_is_repeated_later_is_answered_as_the_first_time()
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await SteppedServer.Start(Midnight + Minutes(65), [.. Settings, .. On(redis.Connection)]);
        var body = $$"""
            {"service":"x","region":"US","reporter":"now"}
            {"service":"x","region":"US","reporter":"before","at":"{{Midnight + Minutes(50):O}}"}
            {"service":"x","region":"US","network":"crowded","count":{{2 * SingleReports.NetworkShare}},"at":"{{Midnight + Minutes(64):O}}"}
            """;
        var first = await Import(server, body);
        Assert.Contains($"\"accepted\":{2 + SingleReports.NetworkShare},", first, StringComparison.Ordinal);

        server.Clock.Set(Midnight + Minutes(125));

        Assert.Equal(first, await Import(server, body));
    }

    private async Task ARetryAfterTenMinutesBackIsADuplicate(TimeSpan afterMidnight)
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await SteppedServer.Start(Midnight + afterMidnight, [.. Settings, .. On(redis.Connection)]);
        Assert.Equal("counted", await Report(server));
        Assert.Equal("duplicate", await Report(server));

        server.Clock.Set(Midnight + afterMidnight - Minutes(10));

        Assert.Equal("duplicate", await Report(server));
    }

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static async Task<string?> Report(SteppedServer server)
    {
        using var answer = await server.Http.PostAsJsonAsync("/v1/services/x/reports", new { symptom = "app", region = "US" });
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("outcome").GetString();
    }

    private static async Task<string> Import(SteppedServer server, string lines)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/reports") { Content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson") };
        request.Headers.Add("Idempotency-Key", "an-import");
        using var answer = await server.Operator.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
