namespace Aggregator.Grains;

/// <summary>What a region keeps besides its counts, which live in the store.</summary>
[GenerateSerializer, Alias("region-state")]
public sealed class RegionState
{
    /// <summary>The detector with its baseline, as <see cref="Domain.SpikeDetector.Save"/> gave it.</summary>
    [Id(0)]
    public byte[] Detector { get; set; } = [];
}
