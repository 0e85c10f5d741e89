namespace Aggregator.Server.Tests;

/// <summary>A system clock that somebody sets: what it shows jumps, while timers and spans of time go on as they did.</summary>
internal sealed class SteppedClock(DateTimeOffset start) : TimeProvider
{
    private long _ahead = Ahead(start);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref _ahead));

    public void Set(DateTimeOffset now) => Volatile.Write(ref _ahead, Ahead(now));

    private static long Ahead(DateTimeOffset now) => (now - System.GetUtcNow()).Ticks;
}
