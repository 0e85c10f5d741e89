using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Aggregator.Server.Tests;

public sealed class RateSketchTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_sender_has_its_limit_and_then_waits_until_its_window_ends()
    {
        var sketch = new RateSketch(3, Window, _clock);
        for (var i = 0; i < 3; i++) Assert.Equal(TimeSpan.Zero, sketch.Take(7));

        var wait = sketch.Take(7);
        Assert.InRange(wait, TimeSpan.FromTicks(1), Window);
        _clock.Advance(wait - TimeSpan.FromTicks(1));
        Assert.Equal(TimeSpan.FromTicks(1), sketch.Take(7));
        _clock.Advance(TimeSpan.FromTicks(1));
        for (var i = 0; i < 3; i++) Assert.Equal(TimeSpan.Zero, sketch.Take(7));
        Assert.Equal(Window, sketch.Take(7));
    }

    [Fact]
    public void Without_a_limit_nobody_waits()
    {
        var sketch = new RateSketch(0, Window, _clock);
        for (var i = 0; i < 1000; i++) Assert.Equal(TimeSpan.Zero, sketch.Take(7));
    }

    [Fact]
    public void The_windows_of_many_senders_do_not_end_at_once()
    {
        var sketch = new RateSketch(1, Window, _clock);
        for (ulong sender = 0; sender < 1000; sender++) sketch.Take(sender);

        var ends = Enumerable.Range(0, 1000).Select(sender => sketch.Take((ulong)sender)).ToList();
        Assert.All(ends, wait => Assert.InRange(wait, TimeSpan.FromTicks(1), Window));
        Assert.All(ends.CountBy(wait => wait), end => Assert.InRange(end.Value, 1, 100));
    }

    /// <summary>The windows of a sender are not known from outside, so the count is that of any window: between two ends of one.</summary>
    [Fact]
    public void Few_senders_are_let_through_exactly_as_often_as_in_a_count_of_each() =>
        Gen.Select(Gen.Int[1, 5], Gen.Select(Gen.ULong[0, 9], Gen.Int[0, 20_000]).Array[0, 300]).Sample(
            (limit, takes) =>
            {
                var clock = new FakeTimeProvider();
                var sketch = new RateSketch(limit, Window, clock);
                var counts = new Dictionary<ulong, (long Window, int Count)>();
                var shifts = new Dictionary<ulong, TimeSpan>();
                var elapsed = TimeSpan.Zero;

                // A sketch of its own with the same keys tells how long each sender's first window is.
                var probe = new RateSketch(1, Window, clock);
                for (ulong sender = 0; sender < 10; sender++)
                {
                    probe.Take(sender);
                    shifts[sender] = Window - probe.Take(sender);
                }

                foreach (var (sender, pause) in takes)
                {
                    clock.Advance(TimeSpan.FromMilliseconds(pause));
                    elapsed += TimeSpan.FromMilliseconds(pause);
                    var window = (elapsed + shifts[sender]).Ticks / Window.Ticks;
                    var count = counts.TryGetValue(sender, out var known) && known.Window == window ? known.Count : 0;
                    Assert.Equal(count < limit, sketch.Take(sender) == TimeSpan.Zero);
                    if (count < limit) counts[sender] = (window, count + 1);
                }
            },
            iter: 500);

    [Fact]
    public void However_many_others_there_are_nobody_is_let_through_too_often_and_hardly_anybody_too_rarely()
    {
        const int Senders = 200_000, Limit = 3;
        var sketch = new RateSketch(Limit, Window, _clock);
        var refusedEarly = 0;
        for (ulong sender = 0; sender < Senders; sender++)
        {
            var let = 0;
            for (var i = 0; i < 2 * Limit; i++) let += sketch.Take(sender) == TimeSpan.Zero ? 1 : 0;
            Assert.InRange(let, 0, Limit);
            if (let < Limit && sender < Senders / 10) refusedEarly++;
        }

        Assert.InRange(refusedEarly, 0, Senders / 10 / 1000);
    }

    [Fact]
    public async Task Many_threads_together_get_no_more_than_the_limit()
    {
        const int Threads = 8, Limit = 1000;
        var sketch = new RateSketch(Limit, Window, _clock);
        var let = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Limit; i++)
            {
                if (sketch.Take(7) == TimeSpan.Zero) Interlocked.Increment(ref let);
            }
        })));
        Assert.Equal(Limit, let);
    }

    [Fact]
    public void It_allocates_nothing_and_costs_less_than_a_microsecond_in_the_usual_case()
    {
        // Short rounds, and the best of many: others may have the machine meanwhile.
        const int Rounds = 1000, Attempts = 2000;
        var clock = TimeProvider.System;
        var sketch = new RateSketch(30, Window, clock);
        var best = TimeSpan.MaxValue;
        sketch.Take(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong sender = 0; sender < Attempts * Rounds;)
        {
            var begun = clock.GetTimestamp();
            for (var i = 0; i < Rounds; i++) sketch.Take(sender++);
            if (clock.GetElapsedTime(begun) is var took && took < best) best = took;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{best.TotalNanoseconds / Rounds:0} ns");

        // Less than a byte for each: the runtime itself may allocate a little on this thread.
        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / (Attempts * Rounds));
        Assert.InRange(best.TotalNanoseconds / Rounds, 0, 1000);
    }
}

public sealed class AddressPrefixTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", 32)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", 32)]
    [InlineData("192.0.2.1", "192.0.2.250", 24)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", 32)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:ffff::1", 24)]
    public void Addresses_of_a_prefix_are_one(string one, string other, int bits4) => Assert.Equal(Of(one, bits4), Of(other, bits4));

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", 32)]
    [InlineData("192.0.2.1", "192.0.3.1", 24)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", 32)]
    [InlineData("2001:db8:1:2::1", "2001:db8:2:2::1", 24)]
    [InlineData("0.0.0.1", "::1", 32)]
    public void Addresses_of_others_are_others(string one, string other, int bits4) => Assert.NotEqual(Of(one, bits4), Of(other, bits4));

    private static ulong Of(string address, int bits4) => AddressPrefix.Of(IPAddress.Parse(address), bits4, bits4 == 32 ? 64 : 48);
}
