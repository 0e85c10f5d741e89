namespace Aggregator.Grains;

/// <summary>When a delivery is tried again: the schedule that Standard Webhooks 1.0.0 recommends, with jitter.</summary>
internal static class RetrySchedule
{
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromHours(24);

    /// <summary>How long to wait after so many failed attempts; none where it is given up.</summary>
    /// <param name="jitter">From 0 to 1.</param>
    /// <param name="asked">What the answer's Retry-After asked for; it may lengthen a wait, not shorten it.</param>
    public static TimeSpan? After(int attempts, double jitter, TimeSpan? asked)
    {
        if (attempts > Waits.Length) return null;
        var wait = Waits[attempts - 1] * (0.9 + 0.2 * jitter);
        if (asked is not { } longer || longer <= wait) return wait;
        return longer < LongestAskedFor ? longer : LongestAskedFor;
    }
}
