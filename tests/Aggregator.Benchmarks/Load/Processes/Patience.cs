using System.Diagnostics;

namespace Aggregator.Benchmarks;

/// <summary>Waits for what another process is to do.</summary>
internal static class Patience
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <exception cref="LoadException">It did not come true in time.</exception>
    public static async Task Until(string what, TimeSpan within, Func<Task<bool>> holds, CancellationToken cancel)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(begun) > within) throw new LoadException($"In {within.TotalSeconds:0} s it did not come true that {what}.");
            await Task.Delay(Look, TimeProvider.System, cancel);
        }
    }
}
