namespace Aggregator.Server.Tests;

/// <summary>A server whose clock is set while it takes reports.</summary>
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

    [Fact]
    public Task A_retry_after_the_clock_was_set_back_is_a_duplicate() => ARetryAfterTenMinutesBackIsADuplicate(Minutes(20));

    /// <summary>In the first minutes of a dedup window, and of a day.</summary>
    [Theory(Skip = "The store asks for a reporter in the window of the report and the one before, not in the one after: the retry is counted again.")]
    [InlineData(12 * 60 + 5)]
    [InlineData(5)]
    public Task A_retry_after_the_clock_was_set_back_into_the_window_before_is_a_duplicate(int minutesAfterMidnight) =>
        ARetryAfterTenMinutesBackIsADuplicate(Minutes(minutesAfterMidnight));

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
}
