using Aggregator.Grains;

namespace Aggregator.Server.Tests;

public sealed class IntakeTests(Embedded store) : IClassFixture<Embedded>
{
    private const int LaneCapacity = 16384;

    [Fact]
    public async Task A_full_lane_refuses_at_once()
    {
        // Nobody empties the lane: this is the intake of a store that takes for ever.
        using var intake = new Intake(new Commits(store.Fresh()).Store, null!, null!, TimeProvider.System, null!);
        var report = new Report(Commits.Us, DateTimeOffset.UnixEpoch, "other", 1, "reporter", "network");

        for (var i = 0; i < LaneCapacity; i++) Assert.False(intake.Submit(report).IsCompleted);
        var refused = intake.Submit(report);

        Assert.True(refused.IsCompleted);
        Assert.Equal(IntakeResult.QueueFull, (await refused).Result);
    }
}
