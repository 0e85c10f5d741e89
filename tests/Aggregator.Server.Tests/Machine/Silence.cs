using System.Diagnostics;

namespace Aggregator.Server.Tests;

/// <summary>Measures the longest time in which a number did not grow.</summary>
internal sealed class Silence : IDisposable
{
    private readonly Timer _looking;
    private readonly Lock _lock = new();
    private long _last, _since = Stopwatch.GetTimestamp();
    private TimeSpan _longest;

    public Silence(Func<long> number) => _looking = new(_ => Look(number()), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));

    public TimeSpan Longest
    {
        get
        {
            lock (_lock) return _longest;
        }
    }

    public void Dispose() => _looking.Dispose();

    private void Look(long number)
    {
        lock (_lock)
        {
            if (Stopwatch.GetElapsedTime(_since) is var silent && silent > _longest) _longest = silent;
            if (number != _last) (_last, _since) = (number, Stopwatch.GetTimestamp());
        }
    }
}
