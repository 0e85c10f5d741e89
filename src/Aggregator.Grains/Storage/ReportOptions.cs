using System.ComponentModel.DataAnnotations;

namespace Aggregator.Grains;

/// <summary>How reports are taken.</summary>
public sealed class ReportOptions
{
    public const string Section = "Reports";

    /// <summary>A reporter counts once per service in it.</summary>
    /// <value>h:min:s</value>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan DedupWindow { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>So many of one network (/24 or /48) count, so that few networks cannot fake an outage; 0 is no limit.</summary>
    /// <value>reports per service and window</value>
    [Range(0, 1_000_000)]
    public int NetworkShare { get; set; } = 20;

    /// <summary>So many may one address (IPv6: its /64) send; 0 is no limit.</summary>
    /// <value>reports a minute</value>
    [Range(0, 1_000_000)]
    public int RatePerReporter { get; set; } = 30;

    /// <summary>So many may a /24 or /48 send, whatever becomes of them; 0 is no limit.</summary>
    /// <value>reports a minute</value>
    [Range(0, 1_000_000)]
    public int RatePerNetwork { get; set; } = 600;
}
