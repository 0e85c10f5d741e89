namespace Aggregator.Simulator;

/// <summary>Chance that can be thrown again: the same seed and names give the same throws, on every machine and .NET.</summary>
/// <remarks>SplitMix64. Every stream of draws has its own dice, so that one region's crowd does not depend on another's.</remarks>
internal sealed class Dice
{
    private ulong _state;

    public Dice(long seed, params ReadOnlySpan<string> names)
    {
        _state = (ulong)seed;
        foreach (var name in names)
        {
            foreach (var letter in name) _state = Mix(_state ^ letter);
            _state = Mix(_state ^ '|');
        }
    }

    /// <summary>A number from 0 up to, and without, 1.</summary>
    public double Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return (Mix(_state) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>How many of a crowd came, where <paramref name="mean"/> come on average.</summary>
    public int Poisson(double mean)
    {
        var total = 0;
        // Poisson numbers add; in steps of 16 the product below stays far from underflow.
        for (; mean > 16; mean -= 16) total += Multiply(16);
        return total + Multiply(mean);
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>; each doubling is as likely as the next.</summary>
    public double Between(double least, double most) => least * Math.Exp(Next() * Math.Log(most / least));

    /// <summary>A standard normal number.</summary>
    public double Normal()
    {
        // Marsaglia's polar method; the second number of the pair is thrown away, so that a draw has no memory.
        while (true)
        {
            var (x, y) = (2 * Next() - 1, 2 * Next() - 1);
            var square = x * x + y * y;
            if (square is > 0 and < 1) return x * Math.Sqrt(-2 * Math.Log(square) / square);
        }
    }

    private int Multiply(double mean)
    {
        if (mean <= 0) return 0;
        var limit = Math.Exp(-mean);
        var count = 0;
        for (var product = Next(); product > limit; product *= Next()) count++;
        return count;
    }

    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
