namespace Aggregator.Domain.Tests;

public class SlidingWindowTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly long AtNoon = BucketGrid.TenSeconds.IndexOf(Noon);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly SlidingWindow _window = new(BucketGrid.TenSeconds, TimeSpan.FromHours(24));

    [Fact]
    public void A_report_leaves_the_window_with_its_bucket()
    {
        Assert.Equal(CountOutcome.Counted, _window.Hear(AtNoon, Tally.Of("app", 1), Noon));
        _window.SlideTo(Noon.AddSeconds(59));
        Assert.Equal(1, _window.Reports(Minute));

        _window.SlideTo(Noon.AddSeconds(60));
        Assert.Equal(0, _window.Reports(Minute));
        Assert.Equal(1, _window.Reports(TimeSpan.FromHours(24)));

        _window.SlideTo(Noon.AddHours(24));
        Assert.Equal(0, _window.Reports(TimeSpan.FromHours(24)));
        Assert.True(_window.IsEmpty);
    }

    [Fact]
    public void Steps_lie_on_their_own_grid_and_the_last_one_is_still_growing()
    {
        var now = Noon.AddMinutes(20);
        foreach (var minute in new[] { -16, -15, 0, 14, 15, 20 }) _window.Hear(BucketGrid.TenSeconds.IndexOf(Noon.AddMinutes(minute)), Tally.Of("app", 1), now);

        Assert.Equal([1, 2, 2], _window.Steps(now, TimeSpan.FromMinutes(15), 3));
    }

    [Fact]
    public void Hearing_a_bucket_twice_counts_it_once()
    {
        _window.Hear(AtNoon, Tally.Of("app", 3), Noon);

        Assert.Equal(CountOutcome.AlreadyKnown, _window.Hear(AtNoon, Tally.Of("app", 3), Noon));
        Assert.Equal(CountOutcome.AlreadyKnown, _window.Hear(AtNoon, Tally.Of("app", 2), Noon));
        Assert.Equal(CountOutcome.Counted, _window.Hear(AtNoon, Tally.Of("app", 5), Noon));
        Assert.Equal(5, _window.Reports(Minute));
    }

    [Fact]
    public void A_bucket_that_is_too_old_is_refused_and_said_so()
    {
        Assert.Equal(CountOutcome.Counted, _window.Hear(AtNoon - 8639, Tally.Of("app", 1), Noon));
        Assert.Equal(CountOutcome.TooOld, _window.Hear(AtNoon - 8640, Tally.Of("app", 1), Noon));
        Assert.Equal(1, _window.Reports(TimeSpan.FromHours(24)));
    }

    [Fact]
    public void An_early_bucket_is_counted_when_its_time_has_come()
    {
        Assert.Equal(CountOutcome.Early, _window.Hear(AtNoon + 7, Tally.Of("app", 4), Noon));
        Assert.Equal(CountOutcome.FromFuture, _window.Hear(AtNoon + 8, Tally.Of("app", 4), Noon));
        Assert.Equal(0, _window.Reports(Minute));
        Assert.False(_window.IsEmpty);

        _window.SlideTo(Noon.AddSeconds(70));
        Assert.Equal(4, _window.Reports(Minute));
    }

    [Fact]
    public void A_clock_that_steps_back_evicts_nothing_and_keeps_everything_counted()
    {
        for (var second = 0; second < 10; second++) _window.Hear(AtNoon, Tally.Of("app", second + 1), Noon.AddSeconds(second));
        Assert.Equal(CountOutcome.Counted, _window.Hear(AtNoon - 1, Tally.Of("app", 10), Noon.AddSeconds(-1)));

        Assert.Equal(20, _window.Reports(Minute));
    }

    [Fact]
    public void A_window_that_is_not_kept_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _window.Reports(TimeSpan.FromMinutes(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlidingWindow(BucketGrid.TenSeconds, Minute).Reports(TimeSpan.FromHours(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _window.Sum(TimeSpan.FromHours(25)));
    }

    [Fact]
    public void Buckets_are_given_oldest_first_and_the_end_is_not_among_them()
    {
        _window.Hear(AtNoon, Tally.Of("app", 2), Noon);
        _window.Hear(AtNoon - 5, Tally.Of("app", 1), Noon);
        _window.Hear(AtNoon + 1, Tally.Of("app", 3), Noon);

        Assert.Equal([AtNoon - 5, AtNoon], _window.Between(AtNoon - 5, AtNoon + 1).Select(b => b.Key));
        Assert.Equal(3, _window.Sum(Minute).Reports);
        Assert.Equal(Tally.Of("app", 3), _window.At(AtNoon + 1));
        Assert.Same(Tally.Empty, _window.At(AtNoon - 1));
    }

    [Fact]
    public void A_wide_leap_of_time_empties_the_windows()
    {
        _window.Hear(AtNoon, Tally.Of("app", 2), Noon);
        _window.Hear(AtNoon + 6, Tally.Of("app", 3), Noon);
        _window.SlideTo(Noon.AddDays(400));

        Assert.All(SlidingWindow.Windows, w => Assert.Equal(0, _window.Reports(w)));
        Assert.True(_window.IsEmpty);
    }
}
