namespace Aggregator.Benchmarks;

/// <summary>One of those that are measured side by side.</summary>
/// <param name="Start">Starts it anew, without data, and waits until it is ready.</param>
internal sealed record Contender(string Name, Func<CancellationToken, Task<RunningServer>> Start, bool NeedsRedis = false)
{
    public static readonly Contender NoOp = new("no-op", RunningServer.NoOp);
    public static readonly Contender Naive = new("naive, Redis", RunningServer.Naive, NeedsRedis: true);
    public static readonly Contender Embedded = new("aggregator, embedded store", cancel => RunningServer.Embedded(cancel));
    public static readonly Contender OnRedis = new("aggregator, Redis", RunningServer.OnRedis, NeedsRedis: true);
}
