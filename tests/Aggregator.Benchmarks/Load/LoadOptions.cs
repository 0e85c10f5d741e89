namespace Aggregator.Benchmarks;

/// <summary>How often and how long is measured.</summary>
/// <param name="Time">Of one measurement.</param>
/// <param name="WarmUp">With the same load, before each measurement.</param>
internal sealed record LoadOptions(int Rounds, TimeSpan Time, TimeSpan WarmUp, int Connections, double Gigabytes)
{
    public static LoadOptions Default { get; } = new(5, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(20), 256, 1);
}
