using CsCheck;

namespace Aggregator.Domain.Tests;

/// <summary>The window against a naive model: a list of everything heard, recounted at every question.</summary>
public class SlidingWindowProperties
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Span = TimeSpan.FromHours(1);
    private static readonly BucketGrid Grid = BucketGrid.TenSeconds;

    // A hearing: how far the clock moved (back, too), how far from it the bucket lies (late, far too late, early, far ahead), what it holds.
    private static readonly Gen<(int Moved, int Offset, Tally Tally)> Hearing = Gen.Select(
        Gen.Frequency((6, Gen.Int[0, 15]), (2, Gen.Int[-90, 0]), (1, Gen.Int[0, 4000])),
        Gen.Frequency((6, Gen.Int[-40, 0]), (2, Gen.Int[-400, 12])),
        TallyProperties.Tallies);

    [Fact]
    public void Every_total_is_a_recount_of_what_was_heard_and_is_still_inside() =>
        Hearing.Array[1, 120].Sample(hearings =>
        {
            var window = new SlidingWindow(Grid, Span);
            var model = new Recount();
            var now = Noon;
            foreach (var (moved, offset, tally) in hearings)
            {
                now = now.AddSeconds(moved);
                var bucket = Grid.IndexOf(now) + offset;
                Assert.Equal(model.Hear(bucket, tally, now), window.Hear(bucket, tally, now));
                Assert.Equal(model.IsEmpty, window.IsEmpty);
                Assert.Equal(model.At(bucket), window.At(bucket));
                foreach (var span in SlidingWindow.Windows.Where(w => w <= Span))
                {
                    Assert.Equal(model.Sum(span).Reports, window.Reports(span));
                    Assert.Equal(model.Sum(span), window.Sum(span));
                }

                Assert.Equal(model.Sum(TimeSpan.FromSeconds(35)), window.Sum(TimeSpan.FromSeconds(35)));
            }

            Assert.Equal(model.Buckets, window.Between(long.MinValue, long.MaxValue));
        });

    [Fact]
    public void Neither_order_nor_repetition_of_hearings_matters() =>
        Gen.Select(Gen.Int[-30, 0], TallyProperties.Tallies).Array[0, 40].SelectMany(a => Gen.Shuffle(a).Select(b => (Told: a, Again: b)))
            .Sample(both =>
            {
                var (once, mixed) = (new SlidingWindow(Grid, Span), new SlidingWindow(Grid, Span));
                foreach (var (offset, tally) in both.Told) once.Hear(Grid.IndexOf(Noon) + offset, tally, Noon);
                foreach (var (offset, tally) in both.Again.Concat(both.Told)) mixed.Hear(Grid.IndexOf(Noon) + offset, tally, Noon);

                Assert.Equal(once.Between(0, long.MaxValue), mixed.Between(0, long.MaxValue));
                Assert.All(SlidingWindow.Windows.Take(4), w => Assert.Equal(once.Reports(w), mixed.Reports(w)));
            });

    [Fact]
    public void The_windows_of_the_regions_summed_are_the_window_of_the_sum() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 500], Gen.Long[1, 9]).Array[0, 80].Sample(reports =>
        {
            var regions = new[] { new SlidingWindow(Grid, Span), new SlidingWindow(Grid, Span), new SlidingWindow(Grid, Span) };
            var all = new SlidingWindow(Grid, Span);
            foreach (var (region, second, count) in reports.OrderBy(r => r.Item2))
            {
                var now = Noon.AddSeconds(second);
                foreach (var window in new[] { regions[region], all })
                    window.Hear(Grid.IndexOf(now), window.At(Grid.IndexOf(now)) + Tally.Of("app", count), now);
            }

            foreach (var window in regions.Append(all)) window.SlideTo(Noon.AddSeconds(500));
            foreach (var span in SlidingWindow.Windows.Where(w => w <= Span))
                Assert.Equal(all.Sum(span), regions.Select(r => r.Sum(span)).Aggregate(Tally.Empty, static (a, b) => a + b));
        });

    private sealed class Recount
    {
        private readonly Dictionary<long, List<Tally>> _heard = [];
        private long _newest = long.MinValue;

        private long Oldest => _newest - Grid.Count(Span) + 1;

        public bool IsEmpty => !Buckets.Any();

        public IEnumerable<KeyValuePair<long, Tally>> Buckets => _heard.Keys.Order()
            .Select(b => KeyValuePair.Create(b, At(b))).Where(b => !b.Value.Equals(Tally.Empty));

        public CountOutcome Hear(long bucket, Tally tally, DateTimeOffset now)
        {
            _newest = Math.Max(_newest, Grid.IndexOf(now));
            if (bucket < Oldest) return CountOutcome.TooOld;
            if (bucket > _newest + 7) return CountOutcome.FromFuture;

            var before = At(bucket);
            if (!_heard.TryGetValue(bucket, out var heard)) _heard[bucket] = heard = [];
            heard.Add(tally);
            if (At(bucket).Equals(before)) return CountOutcome.AlreadyKnown;
            return bucket > _newest ? CountOutcome.Early : CountOutcome.Counted;
        }

        public Tally At(long bucket) => bucket >= Oldest && _heard.TryGetValue(bucket, out var heard)
            ? heard.Aggregate(Tally.Empty, static (a, b) => a.Max(b))
            : Tally.Empty;

        public Tally Sum(TimeSpan span) => Enumerable.Range(0, Grid.Count(span))
            .Aggregate(Tally.Empty, (sum, back) => sum + At(_newest - back));
    }
}
