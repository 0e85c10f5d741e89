namespace Aggregator.Domain;

/// <summary>How much better "more than expected" explains a count than "as expected" does.</summary>
internal static class Likelihood
{
    /// <summary>The log likelihood ratio of a negative binomial count whose variance is <c>L + phi L²</c> (Höhle and Paul 2008); 0 up to the expectation.</summary>
    public static double Ratio(double count, double expected, double overdispersion)
    {
        if (count <= expected) return 0;
        var r = 1 / overdispersion;
        return count * Math.Log(count / expected) - (count + r) * Math.Log((count + r) / (expected + r));
    }
}
