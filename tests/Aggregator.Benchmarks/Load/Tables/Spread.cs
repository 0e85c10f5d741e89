namespace Aggregator.Benchmarks;

/// <summary>The middle of some measurements, and how far they lie apart.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> measured)
    {
        double[] sorted = [.. measured.Order()];
        if (sorted.Length == 0) return new(double.NaN, double.NaN, double.NaN);
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return new(median, sorted[0], sorted[^1]);
    }

    /// <param name="format">Of a number, such as <c>N0</c>.</param>
    public string Told(string format) => double.IsNaN(Median) ? "" : Min == Max ? Median.ToString(format) : $"{Median.ToString(format)} ({Min.ToString(format)} - {Max.ToString(format)})";
}
