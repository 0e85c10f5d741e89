using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server.Tests;

public sealed class IntakeTests
{
    private const int LaneCapacity = 4096;

    [Fact]
    public async Task A_full_lane_refuses_at_once_and_the_others_still_take()
    {
        // Nobody empties the lanes: this is the intake of a store that takes for ever.
        using var intake = new Intake(null!, null!, null!, TimeProvider.System, null!);
        var (busy, other) = (Of(shard: 3), Of(shard: 4));

        for (var i = 0; i < LaneCapacity; i++) Assert.False(intake.Submit(busy).IsCompleted);
        var refused = intake.Submit(busy);

        Assert.True(refused.IsCompleted);
        Assert.Equal(IntakeResult.QueueFull, (await refused).Result);
        Assert.False(intake.Submit(other).IsCompleted);
    }

    private static Report Of(int shard)
    {
        var service = Enumerable.Range(0, 1000).Select(i => ServiceKey.Parse($"service-{i}")).First(key => StoreKeys.ShardOf(key) == shard);
        return new(new(service, RegionCode.Elsewhere), DateTimeOffset.UnixEpoch, "other", 1, "reporter", "network");
    }
}
