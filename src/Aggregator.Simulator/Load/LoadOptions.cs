namespace Aggregator.Simulator;

/// <summary>What is asked of a load.</summary>
/// <param name="Rate">Reports per second, outside of bursts.</param>
/// <param name="WarmUp">The first part, which is sent and not measured.</param>
/// <param name="Measured">The part that is measured.</param>
/// <param name="Patience">How long an answer is waited for before the report's fate is unknown.</param>
/// <param name="Reporters">How many different reporters there are.</param>
internal sealed record LoadOptions(
    double Rate, TimeSpan WarmUp, TimeSpan Measured, Burst? Burst, int Connections, TimeSpan Patience, long Reporters, long Seed)
{
    public const double MostRate = 1_000_000;
    public const double MostSeconds = 24 * 60 * 60;

    /// <summary>Every fault at once.</summary>
    public LoadOptions Checked()
    {
        var faults = new List<string>();
        Check(Rate is > 0 and <= MostRate, $"--rate: more than 0 and at most {MostRate} reports a second.");
        Check(Measured.TotalSeconds is > 0 and <= MostSeconds, $"--seconds: more than 0 and at most {MostSeconds}.");
        Check(WarmUp.TotalSeconds is >= 0 and <= MostSeconds, $"--warmup: from 0 to {MostSeconds} seconds.");
        Check(Connections is >= 1 and <= 10_000, "--connections: from 1 to 10000.");
        Check(Patience.TotalSeconds is > 0 and <= 600, "--patience: more than 0 and at most 600 seconds.");
        Check(Reporters is >= 1 and <= 1L << 32, $"--reporters: from 1 to {1L << 32}.");
        return faults.Count == 0 ? this : throw new UsageException(string.Join('\n', faults));

        void Check(bool holds, string otherwise)
        {
            if (!holds) faults.Add(otherwise);
        }
    }
}
