using Aggregator.Domain;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks;

public enum Moment
{
    /// <summary>A bucket in the middle of a minute: the short windows are asked.</summary>
    WithinAMinute,

    /// <summary>The last of a minute: the long windows are asked too.</summary>
    EndOfAMinute,

    /// <summary>The first of five minutes: the step before it is learned.</summary>
    NewStep,

    /// <summary>The first of a day: the profile is drawn anew.</summary>
    Midnight,
}

/// <summary>One bucket closed for 100,000 series of mixed volume in one process, all at the same moment.</summary>
/// <remarks>Reach: 1 s.</remarks>
[Config(typeof(InThisProcess))]
public class BucketCloseBenchmarks
{
    public const int Series = 100_000;

    private readonly long[] _counts = new long[Series];
    private SpikeDetector[] _fleet = [];
    private byte[][] _saved = [];
    private long _next;

    [ParamsAllValues]
    public Moment Moment { get; set; }

    [GlobalSetup]
    public void Learn()
    {
        // Some of them are in an outage.
        var at = Moment == Moment.Midnight ? TimeSpan.FromDays(1) : TimeSpan.FromHours(12);
        _saved = [.. LearnedSeries.Volumes.Select((volume, i) => LearnedSeries.Saved(volume, at, live: TimeSpan.FromHours(5), lately: i % 10 == 9 ? 10 : 1))];
        _fleet = LearnedSeries.Fleet(_saved, Series);
        _next = _fleet[0].Next!.Value;
        var draw = new Draw(9);
        for (var i = 0; i < Series; i++) _counts[i] = draw.Count(LearnedSeries.Volumes[i % _saved.Length] / 6);
    }

    // Time goes on to the next such moment; for midnight it is set back to the evening before.
    [IterationSetup]
    public void GoTo()
    {
        if (Moment == Moment.Midnight)
        {
            Parallel.For(0, Series, i => LearnedSeries.Restored(_fleet[i], _saved[i % _saved.Length]));
            _next = _fleet[0].Next!.Value;
            return;
        }

        var (every, place) = Moment switch { Moment.WithinAMinute => (6, 2), Moment.EndOfAMinute => (6, 5), _ => (30, 0) };
        while (_next % every != place) AllCores();
    }

    [Benchmark(Baseline = true)]
    public void OneThread()
    {
        for (var i = 0; i < Series; i++) _fleet[i].Close(_next, _counts[i], networks: 1);
        _next++;
    }

    [Benchmark]
    public void AllCores()
    {
        var bucket = _next++;
        Parallel.For(0, Series, i => _fleet[i].Close(bucket, _counts[i], networks: 1));
    }
}
