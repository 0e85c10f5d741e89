namespace Aggregator.Domain.Tests;

public class RetryScheduleTests
{
    [Fact]
    public void Ten_attempts_are_made_over_three_days_and_then_it_is_given_up()
    {
        var waits = Enumerable.Range(1, 9).Select(failures => RetrySchedule.After(failures, jitter: 0.5)!.Value).ToArray();
        Assert.Equal([5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400], waits.Select(wait => wait.TotalSeconds));
        Assert.Null(RetrySchedule.After(10, jitter: 0.5));
    }

    [Fact]
    public void Jitter_is_a_tenth_each_way()
    {
        Assert.Equal(270, RetrySchedule.After(2, jitter: 0)!.Value.TotalSeconds, 6);
        Assert.Equal(330, RetrySchedule.After(2, jitter: 1)!.Value.TotalSeconds, 6);
    }

    [Theory]
    [InlineData(-60, 1)]
    [InlineData(0, 1)]
    [InlineData(7, 7)]
    [InlineData(30 * 86400, 86400)]
    public void A_receiver_gets_the_time_it_asks_for_within_a_second_and_a_day(int asked, int waits) =>
        Assert.Equal(TimeSpan.FromSeconds(waits), RetrySchedule.Asked(TimeSpan.FromSeconds(asked)));
}
