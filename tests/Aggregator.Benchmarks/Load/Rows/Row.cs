namespace Aggregator.Benchmarks;

/// <summary>Something that is measured, alone or with others.</summary>
internal abstract class Row(string name, string title)
{
    /// <summary>The word it is asked for by.</summary>
    public string Name { get; } = name;

    public string Title { get; } = title;

    public abstract Task<Table> Measure(LoadRun run, CancellationToken cancel);
}
