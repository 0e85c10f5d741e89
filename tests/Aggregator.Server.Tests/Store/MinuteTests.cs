using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.Extensions.Time.Testing;
using static Aggregator.Server.Tests.Commits;

namespace Aggregator.Server.Tests;

public sealed class MinuteTestsOnTheEmbeddedStore(Embedded store) : MinuteTests<Embedded>(store);

[StartsProcess]
public sealed class MinuteTestsOnRedis(RealRedis store) : MinuteTests<RealRedis>(store);

/// <summary>Minute counts, and the marks that tell a silence from a gap.</summary>
public abstract class MinuteTests<TStore>(TStore store) : IClassFixture<TStore> where TStore : StoreFixture
{
    private static readonly long Midnight = BucketGrid.TenSeconds.IndexOf(Noon.AddHours(-12));
    private static readonly long NoonHour = Noon.ToUnixTimeSeconds() / 3600;

    [Fact]
    public async Task Minutes_are_read_as_they_were_written_over_midnight_too()
    {
        var commits = new Commits(store.Fresh());
        var (evening, morning) = (Row((0, 5), (59, 7)), Row((0, 0), (1, null), (30, 1_000_000_000_000)));
        var midnight = NoonHour + 12;

        await commits.Store.WriteMinutes(Us, [new(midnight - 1, evening), new(midnight, morning)]);

        var read = await commits.Store.ReadMinutes(Us, midnight - 5, midnight + 5);
        Assert.Equal([midnight - 1, midnight], read.Keys);
        Assert.Equal((evening.ToString(), morning.ToString()), (read[midnight - 1].ToString(), read[midnight].ToString()));
        Assert.Equal((5, 7, null, 0, null, 1_000_000_000_000), (read[midnight - 1][0], read[midnight - 1][59], read[midnight - 1][1], read[midnight][0], read[midnight][1], read[midnight][30]));
        Assert.Equal([midnight], (await commits.Store.ReadMinutes(Us, midnight, midnight + 1)).Keys);
        Assert.Empty(await commits.Store.ReadMinutes(Gb, midnight - 5, midnight + 5));
    }

    [Fact]
    public async Task Writing_an_hour_again_sets_it_and_leaves_the_others()
    {
        var commits = new Commits(store.Fresh());
        await commits.Store.WriteMinutes(Us, [new(NoonHour, Row((0, 5))), new(NoonHour + 1, Row((0, 6)))]);

        await commits.Store.WriteMinutes(Us, [new(NoonHour, Row((1, 9)))]);

        var read = await commits.Store.ReadMinutes(Us, NoonHour, NoonHour + 2);
        Assert.Equal((null, 9, 6), (read[NoonHour][0], read[NoonHour][1], read[NoonHour + 1][0]));
    }

    [Fact]
    public async Task The_first_day_with_minutes_is_found()
    {
        var commits = new Commits(store.Fresh());
        var today = NoonHour / 24;
        Assert.Null(await commits.Store.FirstDayWithMinutes(Us, today - 40, today + 1));

        await commits.Store.WriteMinutes(Us, [new((today - 14) * 24, Row((0, 1))), new((today - 3) * 24, Row((0, 1)))]);

        Assert.Equal(today - 14, await commits.Store.FirstDayWithMinutes(Us, today - 40, today + 1));
        Assert.Equal(today - 3, await commits.Store.FirstDayWithMinutes(Us, today - 10, today + 1));
    }

    [Fact]
    public async Task A_marked_bucket_was_open_and_any_other_is_a_gap()
    {
        var marks = new OpenMarks(store.Fresh(), new FakeTimeProvider(Noon));
        await marks.Mark(Midnight + 7);

        Assert.Equal(Sight.Open, await marks.Of(Midnight + 7));
        Assert.Equal(Sight.Gap, await marks.Of(Midnight + 8));
        Assert.Equal(Sight.Gap, await marks.Of(Midnight - 1));
    }

    [Fact]
    public async Task The_history_of_marks_runs_over_midnight()
    {
        var marks = new OpenMarks(store.Fresh(), new FakeTimeProvider(Noon));
        long[] marked = [Midnight - 8640, Midnight - 1, Midnight, Midnight + 5, Midnight + 100];
        foreach (var bucket in marked) await marks.Mark(bucket);

        var history = await marks.History(Midnight - 8640, Midnight + 101);

        Assert.Equal(marked, Enumerable.Range(-8640, 8800).Select(i => Midnight + i).Where(history.IsOpen));
        Assert.True(history.IsMinuteOpen((Midnight - 1) / 6));
        Assert.True(history.IsMinuteOpen(Midnight / 6));
        Assert.False(history.IsMinuteOpen(Midnight / 6 + 1));
    }

    [Fact]
    public async Task A_mark_made_today_is_seen_by_the_next_look()
    {
        var marks = new OpenMarks(store.Fresh(), new FakeTimeProvider(Noon));
        var now = BucketGrid.TenSeconds.IndexOf(Noon);
        Assert.False((await marks.History(now - 10, now + 1)).IsOpen(now));

        await marks.Mark(now);

        Assert.True((await marks.History(now - 10, now + 1)).IsOpen(now));
    }

    private static MinuteRow Row(params (int Minute, long? Count)[] counts)
    {
        var row = new MinuteRow();
        foreach (var (minute, count) in counts) row[minute] = count;
        return row;
    }
}
