namespace Aggregator.Benchmarks;

/// <summary>What was sent, and how it was answered.</summary>
/// <param name="Bytes">Of all answers.</param>
/// <param name="Refused">Answers from 400 on.</param>
/// <param name="Broken">Requests without an answer: connections that failed, answers that did not come in time.</param>
internal readonly record struct Sent(long Requests, TimeSpan Took, long Bytes, long Refused, long Broken)
{
    public double PerSecond => (Requests - Refused) / Took.TotalSeconds;

    public long Errors => Refused + Broken;
}

/// <summary>Sends as fast as the answers come, over so many connections at once.</summary>
internal abstract class Generator(int connections)
{
    public int Connections { get; } = connections;

    public abstract string Description { get; }

    /// <param name="firstAddress">The number of the first reporter's address: other numbers, other reporters.</param>
    public abstract Task<Sent> Send(Uri address, RequestSet requests, TimeSpan time, long firstAddress, CancellationToken cancel);

    /// <summary>wrk where there is one, because it leaves most of the machine to the server.</summary>
    public static Generator Best(int connections) => Programs.Wrk is { } wrk ? new WrkGenerator(wrk, connections) : new BuiltInGenerator(connections);
}
