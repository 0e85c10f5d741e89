using System.ComponentModel.DataAnnotations;

namespace Aggregator.Grains;

/// <summary>How reports are taken.</summary>
public sealed class ReportOptions
{
    public const string Section = "Reports";

    /// <summary>For how long a reporter is heard once per service. Default 30 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan DedupWindow { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How many reports of one network (/24 or /48) are counted per service and dedup window; 0: no limit. Default 20.</summary>
    [Range(0, 1_000_000)]
    public int NetworkShare { get; set; } = 20;

    /// <summary>How many reports one address may send per minute; 0: no limit. Default 30.</summary>
    [Range(0, 1_000_000)]
    public int RatePerReporter { get; set; } = 30;

    /// <summary>How many reports one network (/24 or /48) may send per minute, whatever becomes of them; 0: no limit. Default 600.</summary>
    [Range(0, 1_000_000)]
    public int RatePerNetwork { get; set; } = 600;
}
