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

    [Theory]
    [InlineData(20)]
    [InlineData(5)]
    [InlineData(12 * 60 + 5)]
    public async Task A_retry_after_the_clock_was_set_back_is_a_duplicate(int minutesAfterMidnight)
    {
        await using var redis = await RedisProcess.Start();
        await using var server = await SteppedServer.Start(Midnight + Minutes(minutesAfterMidnight), [.. Settings, .. On(redis.Connection)]);
        Assert.Equal("counted", await Report(server));
        Assert.Equal("duplicate", await Report(server));

        server.Clock.Set(Midnight + Minutes(minutesAfterMidnight - 10));

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
