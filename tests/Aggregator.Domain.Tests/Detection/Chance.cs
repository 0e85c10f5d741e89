namespace Aggregator.Domain.Tests;

/// <summary>Seeded counts, the same on every machine.</summary>
internal sealed class Chance(int seed)
{
    private uint _state = (uint)seed * 2654435761 + 12345;

    /// <summary>A Poisson count.</summary>
    public long Count(double mean)
    {
        if (mean > 50) return Math.Max(0, (long)Math.Round(mean + Math.Sqrt(mean) * Normal()));
        var (limit, product, count) = (Math.Exp(-mean), Uniform(), 0L);
        for (; product > limit; count++) product *= Uniform();
        return count;
    }

    /// <summary>A factor around 1 whose variance is <paramref name="phi"/>: times a Poisson mean it makes a negative binomial count.</summary>
    public double Scatter(double phi)
    {
        // Marsaglia and Tsang's gamma, for shapes of 1 and more.
        var (d, c) = (1 / phi - 1.0 / 3, 1 / Math.Sqrt(9 * (1 / phi - 1.0 / 3)));
        while (true)
        {
            var x = Normal();
            var v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(Uniform()) < x * x / 2 + d - d * v + d * Math.Log(v)) return d * v * phi;
        }
    }

    public double Normal() => Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    private double Uniform()
    {
        // xorshift32
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (_state + 0.5) / 4294967296.0;
    }
}
