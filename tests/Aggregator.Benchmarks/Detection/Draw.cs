namespace Aggregator.Benchmarks;

/// <summary>Poisson counts, the same in every run.</summary>
internal sealed class Draw(int seed)
{
    private uint _state = (uint)seed * 2654435761 + 12345;

    public long Count(double mean)
    {
        if (mean > 50) return Math.Max(0, (long)Math.Round(mean + Math.Sqrt(mean) * Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform())));
        var (limit, product, count) = (Math.Exp(-mean), Uniform(), 0L);
        for (; product > limit; count++) product *= Uniform();
        return count;
    }

    private double Uniform()
    {
        // xorshift32
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (_state + 0.5) / 4294967296.0;
    }
}
