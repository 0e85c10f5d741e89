using Aggregator.Simulator;
using CsCheck;

namespace Aggregator.Domain.Tests;

public class WaveShapeTests
{
    private static readonly Gen<WaveShape> Shapes =
        Gen.Select(Gen.Int[1, 40], Gen.Double[0.01, 1], Gen.Bool, (minutes, to, exponential) => (minutes, to, exponential)).Array[1, 8]
            .Select(phases => new WaveShape([.. phases.Select((phase, i) => new Phase(TimeSpan.FromMinutes(phase.minutes), phase.to, phase.exponential && i > 0))]));

    [Fact]
    public void A_straight_rise_sums_up_to_its_triangle()
    {
        var shape = new WaveShape([new(TimeSpan.FromMinutes(10), 1, Exponential: false)]);
        Assert.Equal(5, shape.Sum(TimeSpan.FromMinutes(10)), 9);
        Assert.Equal(1.25, shape.Sum(TimeSpan.FromMinutes(5)), 9);
    }

    [Fact]
    public void An_exponential_decay_halves_at_the_half_of_a_quartering()
    {
        var shape = new WaveShape([new(TimeSpan.FromSeconds(1), 1, Exponential: false), new(TimeSpan.FromMinutes(20), 0.25, Exponential: true)]);
        double Between(double from, double to) => shape.Sum(TimeSpan.FromMinutes(to) + TimeSpan.FromSeconds(1)) - shape.Sum(TimeSpan.FromMinutes(from) + TimeSpan.FromSeconds(1));
        Assert.Equal(Between(0, 10) / 2, Between(10, 20), 9);
    }

    [Fact]
    public void Nothing_comes_before_the_onset_nor_after_the_last_phase() => Shapes.Sample(shape =>
        shape.Sum(TimeSpan.FromMinutes(-5)) == 0 && shape.Sum(shape.Length) == shape.Sum(shape.Length + TimeSpan.FromDays(1)));

    [Fact]
    public void The_sum_never_falls() => Gen.Select(Shapes, Gen.Double[0, 200], Gen.Double[0, 60]).Sample((shape, from, more) =>
        shape.Sum(TimeSpan.FromMinutes(from + more)) >= shape.Sum(TimeSpan.FromMinutes(from)) - 1e-9);

    [Fact]
    public void No_15_minutes_hold_more_than_the_best() => Gen.Select(Shapes, Gen.Double[0, 200]).Sample((shape, from) =>
        shape.Sum(TimeSpan.FromMinutes(from + 15)) - shape.Sum(TimeSpan.FromMinutes(from)) <= shape.BestQuarter * 1.001 + 0.02);
}
