using System.Diagnostics;

namespace Aggregator.Server.Tests;

/// <summary>Waits for something outside this process: asks again and again until it is so, or the time is up.</summary>
internal static class Eventually
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>The first answer that is not null.</summary>
    /// <param name="what">What is waited for; it ends the sentence "In vain for 5 s: ".</param>
    public static async Task<T> Get<T>(string what, TimeSpan within, Func<Task<T?>> ask) where T : class
    {
        var waited = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(AskEvery, TimeProvider.System);
        while (true)
        {
            if (await ask() is { } answer) return answer;
            if (waited.Elapsed > within) throw new TimeoutException($"In vain for {within.TotalSeconds:0} s: {what}");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <inheritdoc cref="Get"/>
    public static Task True(string what, TimeSpan within, Func<Task<bool>> ask) => Get(what, within, async () => await ask() ? "so" : null);

    /// <summary>Asks until nothing is wrong; what was wrong last is told when the time is up.</summary>
    public static async Task Right(string what, TimeSpan within, Func<Task<string?>> wrong)
    {
        string? last = null;
        try
        {
            await True(what, within, async () => (last = await wrong()) is null);
        }
        catch (TimeoutException vain)
        {
            throw new TimeoutException($"{vain.Message}: {last}", vain);
        }
    }

    /// <summary>The first answer that is as wanted; fails with the last one. Waits 15 seconds unless told otherwise.</summary>
    public static async Task<T> Is<T>(string what, Func<Task<T>> ask, Func<T, bool> wanted, TimeSpan? within = null)
    {
        var begun = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(AskEvery, TimeProvider.System);
        while (true)
        {
            var answer = await ask();
            if (wanted(answer)) return answer;
            if (TimeProvider.System.GetElapsedTime(begun) > (within ?? TimeSpan.FromSeconds(15))) Assert.Fail($"{what}: not within {within ?? TimeSpan.FromSeconds(15)}; the last answer was {answer}");
            await timer.WaitForNextTickAsync();
        }
    }
}
