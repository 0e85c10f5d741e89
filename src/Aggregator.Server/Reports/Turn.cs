namespace Aggregator.Server;

/// <summary>When a region is told.</summary>
internal enum Turn
{
    /// <summary>It waits for its turn already, or there is nothing to tell.</summary>
    None,

    /// <summary>In the next round.</summary>
    Soon,

    /// <summary>When nobody else has to be told: what it is to hear of is long past.</summary>
    Late,
}
