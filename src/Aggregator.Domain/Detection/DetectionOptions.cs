namespace Aggregator.Domain;

/// <summary>The detector's settings. The defaults are the shipped ones; each is explained where it is used.</summary>
public sealed record DetectionOptions
{
    /// <summary>The score from which a series is a spike. Range 1 to 100.</summary>
    public double SpikeScore { get; init; } = 7.7;

    /// <summary>The score from which a series is elevated; below <see cref="SpikeScore"/>. Range 1 to 100.</summary>
    public double ElevatedScore { get; init; } = 5.0;
}
