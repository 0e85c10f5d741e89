namespace Aggregator.Domain;

/// <summary>The detector's settings. The defaults are the shipped ones; each is explained where it is used.</summary>
public sealed record DetectionOptions
{
    /// <summary>The score from which a series is a spike. Range 1 to 100.</summary>
    public double SpikeScore { get; init; } = 6.0;

    /// <summary>The score from which a series is elevated; below <see cref="SpikeScore"/>. Range 1 to 100.</summary>
    public double ElevatedScore { get; init; } = 3.75;

    /// <summary>
    /// How many reports of one network are counted within the dedup window. Reports that the networks heard cannot have sent are taken to come
    /// without a network, and count in full. Range 1 and up; default 20, as the intake's own share.
    /// </summary>
    public int NetworkShare { get; init; } = 20;
}
