using Aggregator.Grains;

namespace Aggregator.Server.Tests;

public sealed class RetryScheduleTests
{
    [Fact]
    public void Ten_attempts_are_made_over_three_days_and_then_it_is_given_up()
    {
        var waits = Enumerable.Range(1, 9).Select(attempts => RetrySchedule.After(attempts, jitter: 0.5, asked: null)!.Value).ToArray();
        Assert.Equal([5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400], waits.Select(wait => wait.TotalSeconds));
        Assert.Null(RetrySchedule.After(10, jitter: 0.5, asked: null));
    }

    [Fact]
    public void Jitter_is_a_tenth_each_way()
    {
        Assert.Equal(270, RetrySchedule.After(2, jitter: 0, asked: null)!.Value.TotalSeconds, 6);
        Assert.Equal(330, RetrySchedule.After(2, jitter: 1, asked: null)!.Value.TotalSeconds, 6);
    }

    [Fact]
    public void Whoever_asks_for_time_gets_it_but_no_more_than_a_day()
    {
        Assert.Equal(TimeSpan.FromMinutes(2), RetrySchedule.After(1, jitter: 0.5, TimeSpan.FromMinutes(2)));
        Assert.Equal(TimeSpan.FromMinutes(5), RetrySchedule.After(2, jitter: 0.5, TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromDays(1), RetrySchedule.After(1, jitter: 0.5, TimeSpan.FromDays(30)));
    }
}
