namespace Aggregator.Domain;

/// <summary>Where the counts of a window lie in 95 cases of 100.</summary>
/// <remarks>
/// The central range of a negative binomial count whose variance is <c>L + phi L²</c>: added up term by term while that is short, above it the gamma
/// distribution of the same mean and variance with its quantiles after Wilson and Hilferty (1931), as a cube of a normal one.
/// </remarks>
internal static class UsualRange
{
    private const double Tail = 0.025;
    private const double NormalQuantile = 1.959964;
    private const double AddedUpTo = 100;

    public static (double Low, double High) Of(double expected, double overdispersion)
    {
        if (!(expected > 0)) return (0, 0);

        var phi = Math.Max(overdispersion, 1e-9);
        var (low, high) = expected <= AddedUpTo ? Exact(expected, phi) : Gamma(expected, phi);
        return (low, Math.Max(high, Math.Ceiling(expected)));
    }

    private static (double Low, double High) Exact(double expected, double phi)
    {
        var r = 1 / phi;
        var step = phi * expected / (1 + phi * expected);
        var probability = Math.Exp(-r * Math.Log(1 + phi * expected));
        var sum = probability;
        double low = -1, count = 0;
        for (; ; count++)
        {
            if (low < 0 && sum > Tail) low = count;
            if (sum >= 1 - Tail || count > 100 * AddedUpTo) return (low, count);
            probability *= (count + r) / (count + 1) * step;
            sum += probability;
        }
    }

    private static (double Low, double High) Gamma(double expected, double phi)
    {
        var shape = expected / (1 + phi * expected);
        return (Math.Floor(Quantile(-NormalQuantile)), Math.Ceiling(Quantile(NormalQuantile)));

        double Quantile(double z) => Math.Max(0, expected * Math.Pow(Math.Max(0, 1 - 1 / (9 * shape) + z / (3 * Math.Sqrt(shape))), 3));
    }
}
