using System.Diagnostics.Metrics;
using Aggregator.Grains;
using Microsoft.Extensions.DependencyInjection;

namespace Aggregator.Server.Tests;

public sealed class IntakeTests(Embedded store) : IClassFixture<Embedded>
{
    private const int LaneCapacity = 16384;
    private readonly Telemetry _telemetry = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    [Fact]
    public async Task A_full_lane_refuses_at_once()
    {
        // Nobody empties the lane: this is the intake of a store that takes for ever.
        using var intake = new Intake(new Commits(store.Fresh()).Store, null!, _telemetry, TimeProvider.System, null!);
        var report = new Report(Commits.Us, DateTimeOffset.UnixEpoch, "other", 1, "reporter", "network");

        for (var i = 0; i < LaneCapacity; i++) Assert.False(intake.Submit(report).IsCompleted);
        var refused = intake.Submit(report);

        Assert.True(refused.IsCompleted);
        Assert.Equal(IntakeResult.QueueFull, (await refused).Result);
    }

    [Fact]
    public async Task A_store_without_room_takes_nothing_and_says_so()
    {
        var connection = store.Fresh();
        var full = true;
        var room = new StoreConnection(connection.Multiplexer, connection.Reports.Multiplexer, connection.Prefix, commits: true, () => full);
        var commits = new Commits(room);
        using var intake = new Intake(commits.Store, null!, _telemetry, TimeProvider.System, null!);
        var report = new Report(Commits.Us, Commits.Noon, "app", 1, "reporter", "network");

        Assert.Equal(IntakeResult.StoreFull, (await intake.Submit(report)).Result);
        Assert.Equal(IntakeResult.StoreFull, (await intake.Commit(Commits.Batch("b", "", report), TimeSpan.FromSeconds(5))).Result);
        Assert.Empty(await commits.Read(Commits.Us));

        full = false;
        Assert.False(intake.Submit(report).IsCompleted);
    }
}
