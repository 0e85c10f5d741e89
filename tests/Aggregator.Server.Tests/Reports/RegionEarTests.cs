using System.Collections.Immutable;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.Extensions.Time.Testing;

namespace Aggregator.Server.Tests;

public sealed class RegionEarTests
{
    private static readonly SeriesKey Series = SeriesKey.Parse("x|US");

    private readonly FakeTimeProvider _clock = new();
    private readonly RegionEar _ear;

    public RegionEarTests() => _ear = new(Series, null!, _clock.GetTimestamp());

    [Fact]
    public void The_first_to_tell_queues_it_and_the_others_join()
    {
        Assert.Equal(Turn.Soon, _ear.Hear([Of(1, 1)]));
        Assert.Equal(Turn.None, _ear.Hear([Of(1, 2)]));
        Assert.Equal(Turn.None, _ear.MustReread(Turn.Soon));

        Assert.True(_ear.TryTake(Turn.Soon, out var tallies, out var reread));
        Assert.Equal([Of(1, 2)], tallies);
        Assert.True(reread);
        Assert.Equal(Turn.None, _ear.Answer(Glance(2), _clock.GetTimestamp()));
        Assert.Equal(Turn.Soon, _ear.Hear([Of(1, 3)]));
    }

    [Fact]
    public void What_came_while_the_region_was_told_is_told_next()
    {
        _ear.Hear([Of(1, 1)]);
        Take();
        Assert.Equal(Turn.None, _ear.Hear([Of(1, 2)]));
        Assert.False(_ear.TryTake(Turn.None, out _, out _));

        Assert.Equal(Turn.Soon, _ear.Answer(Glance(1), _clock.GetTimestamp()));
        Assert.Equal([Of(1, 2)], Take().Tallies);
    }

    [Fact]
    public void What_is_long_past_is_told_late_and_what_is_new_soon()
    {
        Assert.Equal(Turn.Late, _ear.MustReread(Turn.Late));
        Assert.Equal(Turn.Soon, _ear.Hear([Of(1, 1)]));
        Assert.Equal(Turn.None, _ear.MustReread(Turn.Late));

        Assert.False(Take(Turn.Soon).Reread);
        Assert.Equal(Turn.None, _ear.Answer(Glance(1), _clock.GetTimestamp()));
        Assert.True(Take(Turn.Late).Reread);
        Assert.Equal(Turn.None, _ear.Answer(Glance(1), _clock.GetTimestamp()));
        Assert.Equal(Turn.Late, _ear.MustReread(Turn.Late));
    }

    [Fact]
    public void Who_asks_out_of_turn_has_it_told_everything()
    {
        _ear.MustReread(Turn.Late);
        _ear.Hear([Of(1, 1)]);
        var (tallies, reread) = Take(Turn.None);
        Assert.Equal([Of(1, 1)], tallies);
        Assert.True(reread);

        Assert.Equal(Turn.None, _ear.Answer(Glance(1), _clock.GetTimestamp()));
        Assert.False(_ear.TryTake(Turn.Soon, out _, out _));
        Assert.False(_ear.TryTake(Turn.Late, out _, out _));
        Assert.True(_ear.NextAnswer().IsCompleted);
    }

    [Fact]
    public void An_answer_that_was_overtaken_loses_to_the_larger_one()
    {
        _ear.Hear([Of(1, 5)]);
        _ear.Hear([Of(1, 3)]);
        Assert.Equal([Of(1, 5)], Take().Tallies);
    }

    [Fact]
    public void The_reports_a_region_has_not_heard_of_are_added_to_what_it_said()
    {
        Assert.Null(_ear.Glance);
        Tell(10, bucket: 1);
        Assert.Equal(10, _ear.Glance!.Value.Reports15m);

        _ear.Hear([Of(1, 12)]);
        _ear.Hear([Of(2, 4)]);
        Assert.Equal(16, _ear.Glance!.Value.Reports15m);

        Take();
        _ear.Hear([Of(2, 5)]);
        _ear.Answer(Glance(16), _clock.GetTimestamp());
        Assert.Equal(17, _ear.Glance!.Value.Reports15m);
    }

    [Fact]
    public void A_commit_that_counted_nothing_or_another_symptom_does_not_make_the_region_deaf_to_what_it_heard()
    {
        Tell(3, bucket: 1);
        foreach (var moved in new[] { Tally.Create([], duplicates: 1), Tally.Of("login", 1) })
        {
            _ear.Hear([new(1, moved)]);
            Take();
            _ear.Answer(Glance(3 + moved.Reports), _clock.GetTimestamp());
            Assert.Equal(3 + moved.Reports, _ear.Glance!.Value.Reports15m);
        }

        _ear.Hear([Of(1, 4)]);
        Assert.Equal(5, _ear.Glance!.Value.Reports15m);
        _ear.Hear([new(1, Tally.Of("login", 2))]);
        Assert.Equal(6, _ear.Glance!.Value.Reports15m);
    }

    [Fact]
    public void What_it_heard_of_a_bucket_is_still_known_after_it_was_told_of_another_or_read_the_store()
    {
        Tell(3, bucket: 2);
        _ear.Hear([Of(1, 1)]);
        Take();
        _ear.Answer(Glance(4), _clock.GetTimestamp());
        _ear.MustReread(Turn.Soon);
        Take();
        _ear.Answer(Glance(4), _clock.GetTimestamp());

        _ear.Hear([Of(2, 4)]);
        Assert.Equal(5, _ear.Glance!.Value.Reports15m);
    }

    [Fact]
    public void A_region_that_missed_many_buckets_reads_them_in_the_store()
    {
        for (var bucket = 0; bucket < 1000; bucket++) _ear.Hear([Of(bucket, 1)]);

        var (tallies, reread) = Take();
        Assert.True(reread);
        Assert.InRange(tallies.Length, 1, 64);
    }

    [Fact]
    public void A_region_that_did_not_answer_is_told_no_more_of_the_same_and_what_it_said_before_stands()
    {
        Tell(10, bucket: 1);
        _ear.Hear([Of(1, 11)]);
        Take();
        Assert.Equal(Turn.None, _ear.Answer(null, _clock.GetTimestamp()));
        Assert.Equal(11, _ear.Glance!.Value.Reports15m);
    }

    [Fact]
    public void Who_waits_for_an_answer_gets_the_next_one()
    {
        Assert.True(_ear.NextAnswer().IsCompleted);
        _ear.Hear([Of(1, 1)]);
        var next = _ear.NextAnswer();
        Assert.False(next.IsCompleted);

        Take();
        _ear.Answer(Glance(1), _clock.GetTimestamp());
        Assert.True(next.IsCompleted);
    }

    [Fact]
    public void It_is_closed_when_nobody_told_it_anything_for_a_while_and_hears_nothing_then()
    {
        Tell(1, bucket: 1);
        Assert.False(_ear.CloseWhenIdle(_clock, TimeSpan.FromMinutes(1)));

        _clock.Advance(TimeSpan.FromMinutes(2));
        _ear.Hear([Of(2, 1)]);
        Assert.False(_ear.CloseWhenIdle(_clock, TimeSpan.FromMinutes(1)));
        Take();
        _ear.Answer(null, _clock.GetTimestamp());

        Assert.True(_ear.CloseWhenIdle(_clock, TimeSpan.FromMinutes(1)));
        Assert.Null(_ear.Hear([Of(3, 1)]));
        Assert.Null(_ear.MustReread(Turn.Soon));
    }

    private (ImmutableArray<BucketTally> Tallies, bool Reread) Take(Turn turn = Turn.Soon)
    {
        Assert.True(_ear.TryTake(turn, out var tallies, out var reread));
        return (tallies, reread);
    }

    private void Tell(long reports, long bucket)
    {
        _ear.Hear([Of(bucket, reports)]);
        Take();
        _ear.Answer(Glance(reports), _clock.GetTimestamp());
    }

    private static BucketTally Of(long bucket, long reports) => new(bucket, Tally.Of("app", reports));

    private static RegionGlance Glance(long reports) => new(Level.Normal, reports, 1);
}
