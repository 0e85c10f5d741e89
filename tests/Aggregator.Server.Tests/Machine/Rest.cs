namespace Aggregator.Server.Tests;

/// <summary>Waits between two things; who is told to stop stops waiting.</summary>
internal static class Rest
{
    public static Task For(TimeSpan span, CancellationToken stopping) =>
        span == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(span, TimeProvider.System, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
