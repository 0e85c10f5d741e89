using Aggregator.Domain;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks;

/// <summary>The window of one series that is reported on in every bucket of a day: what a hint costs, and what a read does.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class SlidingWindowBenchmarks
{
    private const int Times = 10_000;

    private static readonly BucketGrid Grid = BucketGrid.TenSeconds;
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly Tally[] _growing = [.. Enumerable.Range(1, Times).Select(reports => Tally.Of("login", reports))];
    private SlidingWindow _window = new(Grid, Day);
    private long _bucket;

    [IterationSetup]
    public void Fill()
    {
        _window = new(Grid, Day);
        _bucket = Grid.IndexOf(Start + Day);
        for (var bucket = Grid.IndexOf(Start); bucket < _bucket; bucket++) _window.Hear(bucket, _growing[4], Grid.StartOf(bucket));
    }

    /// <summary>A hint: the current bucket holds one report more.</summary>
    [Benchmark(OperationsPerInvoke = Times)]
    public void Absorb()
    {
        var now = Grid.StartOf(_bucket);
        foreach (var tally in _growing) _window.Hear(_bucket, tally, now);
    }

    /// <summary>A hint in a new bucket each time: the oldest leaves.</summary>
    [Benchmark(OperationsPerInvoke = Times)]
    public void AbsorbAndSlide()
    {
        for (var i = 0; i < Times; i++) _window.Hear(_bucket + i, _growing[4], Grid.StartOf(_bucket + i));
    }

    /// <summary>The totals of all windows that are kept, as an answer to a report or a page has them.</summary>
    [Benchmark(OperationsPerInvoke = Times)]
    public long ReadTotals()
    {
        var sum = 0L;
        for (var i = 0; i < Times; i++)
            foreach (var window in SlidingWindow.Windows) sum += _window.Reports(window);
        return sum;
    }

    /// <summary>The symptoms of the last hour, added up from its buckets.</summary>
    [Benchmark(OperationsPerInvoke = Times / 100)]
    public long ReadSymptomsOfAnHour()
    {
        var sum = 0L;
        for (var i = 0; i < Times / 100; i++) sum += _window.Sum(TimeSpan.FromHours(1)).Reports;
        return sum;
    }
}
