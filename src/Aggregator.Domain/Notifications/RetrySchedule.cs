namespace Aggregator.Domain;

/// <summary>When a notification is tried again: the schedule that Standard Webhooks 1.0.0 recommends, with jitter.</summary>
public static class RetrySchedule
{
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    private static readonly TimeSpan ShortestAskedFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromHours(24);

    /// <summary>How long to wait after so many failed attempts; none if it is given up.</summary>
    /// <param name="jitter">From 0 to 1: a tenth of the wait each way.</param>
    public static TimeSpan? After(int failures, double jitter) =>
        failures > Waits.Length ? null : Waits[Math.Max(failures, 1) - 1] * (0.9 + 0.2 * jitter);

    /// <summary>How long to wait if the answer asked for it (Retry-After): as long as that, within a second and a day.</summary>
    public static TimeSpan Asked(TimeSpan retryAfter) =>
        retryAfter < ShortestAskedFor ? ShortestAskedFor : retryAfter > LongestAskedFor ? LongestAskedFor : retryAfter;
}
