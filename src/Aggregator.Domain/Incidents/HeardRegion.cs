namespace Aggregator.Domain;

/// <summary>What a region said last.</summary>
/// <param name="Region">A region, or <see cref="RegionCode.All"/> for the sum.</param>
/// <param name="HeardAt">When it said so.</param>
/// <param name="Networks">Distinct networks since the onset, in the last half hour at most; 0 where they are not known.</param>
/// <param name="SpikeSince">Since when it has said nothing but spike; none where it does not say so now.</param>
public sealed record HeardRegion(RegionCode Region, Verdict Verdict, DateTimeOffset HeardAt, long Networks, DateTimeOffset? SpikeSince)
{
    internal bool InSpike => Verdict.Level == Level.Spike;

    internal bool Unseen => Verdict.Level == Level.Unknown;
}
