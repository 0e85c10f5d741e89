using Aggregator.Simulator;

namespace Aggregator.Domain.Tests;

public class IntakeSeriesTests
{
    [Fact]
    public void The_same_seed_hears_the_same()
    {
        var (one, other, third) = (new IntakeSeries(3, "x", 20), new IntakeSeries(3, "x", 20), new IntakeSeries(4, "x", 20));
        Assert.Equal(one.Past(500), other.Past(500));
        IntakeBucket[] heard = [.. Heard(one, 500)];
        Assert.Equal(heard, Heard(other, 500));
        third.Past(500);
        Assert.NotEqual(heard, Heard(third, 500));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(100)]
    public void Networks_never_exceed_reports(double perMinute)
    {
        var series = new IntakeSeries(1, "networks", perMinute);
        Assert.All(Heard(series, 4000).Concat(Enumerable.Range(0, 400).Select(_ => series.Next(affected: 50))), bucket => Assert.InRange(bucket.Networks, 0, bucket.Reports));
    }

    [Fact]
    public void The_usual_rate_is_the_one_that_was_asked_for()
    {
        const int days = 14;
        var mean = Enumerable.Range(0, 12).Average(trial => new IntakeSeries(trial, "rate", 5).Past(days * 1440).Sum(count => count!.Value) / (days * 1440.0));
        Assert.InRange(mean, 4.8, 5.2);
    }

    [Fact]
    public void Within_seconds_it_is_nearly_a_Poisson_crowd_and_over_an_hour_it_is_not()
    {
        // Differences of neighbours: the course of the day hardly shows in them.
        var counts = Heard(new IntakeSeries(2, "scatter", 30), 8640 * 7).Select(bucket => (double)bucket.Reports).ToArray();
        Assert.InRange(Scatter(counts, 1), 0.9, 1.4);
        Assert.True(Scatter(counts, 360) > 3);

        static double Scatter(double[] counts, int buckets)
        {
            var sums = counts.Chunk(buckets).Where(chunk => chunk.Length == buckets).Select(chunk => chunk.Sum()).ToArray();
            return sums.Skip(1).Zip(sums, (next, last) => (next - last) * (next - last)).Average() / 2 / sums.Average();
        }
    }

    [Fact]
    public void A_network_is_new_once_in_each_half_hour()
    {
        var shares = new NetworkShares(share: 20);
        shares.MoveTo(29);
        Assert.Equal(new(1, 1), shares.Offer(network: 5, reports: 1));
        Assert.Equal(new(1, 0), shares.Offer(network: 5, reports: 1));
        shares.MoveTo(30);
        Assert.Equal(new(1, 1), shares.Offer(network: 5, reports: 1));
    }

    [Fact]
    public void Bots_are_cut_to_the_share_of_their_networks_and_without_a_network_they_are_not()
    {
        var (honest, named, unnamed) = (new IntakeSeries(1, "bots", 0.01), new IntakeSeries(1, "bots", 0.01), new IntakeSeries(1, "bots", 0.01));
        var none = honest.Next();
        Assert.Equal(none with { Reports = none.Reports + 60, Networks = none.Networks + 3 }, named.NextWithBots(reports: 500, networks: 3));
        Assert.Equal(none with { Reports = none.Reports + 500 }, unnamed.NextWithBots(reports: 500, networks: 0));
    }

    [Fact]
    public void An_outage_at_once_is_there_at_once_and_a_ramp_reaches_its_height_at_its_end()
    {
        Assert.Equal(9 * 10 * 2, new OutageKind(Usual: 10, Times: 10).Affected(minutes: 2), 1e-9);
        var ramp = new OutageKind(Usual: 10, Times: 10, RampMinutes: 10);
        Assert.Equal(0, ramp.Affected(0));
        Assert.Equal(9 * 10, ramp.Affected(11) - ramp.Affected(10), 1e-9);
        Assert.Equal(9 * 10 / 2.0, ramp.Affected(5.5) - ramp.Affected(4.5), 1e-9);
    }

    private static IEnumerable<IntakeBucket> Heard(IntakeSeries series, int buckets) => Enumerable.Range(0, buckets).Select(_ => series.Next());
}
