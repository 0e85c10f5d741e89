using Aggregator.Domain;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks;

public enum SeriesKind
{
    /// <summary>A report in an hour.</summary>
    Quiet,

    /// <summary>Sixty reports a minute.</summary>
    Busy,

    /// <summary>Ten minutes into an outage of twenty times its six reports a minute.</summary>
    InSpike,
}

/// <summary>One judgement of one series on the 10-second grid: the mean over a quarter of an hour, ends of minutes and of steps included.</summary>
/// <remarks>Reach: 1 us, no allocation.</remarks>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class JudgementBenchmarks
{
    private const int Buckets = 90;
    private const int Series = 256;

    private SpikeDetector[] _fleet = [];
    private byte[] _saved = [];
    private long[] _counts = [];
    private long _next;

    [Params(SeriesKind.Quiet, SeriesKind.Busy, SeriesKind.InSpike)]
    public SeriesKind Kind { get; set; }

    [GlobalSetup]
    public void Learn()
    {
        var (perMinute, times) = Kind switch { SeriesKind.Quiet => (1 / 60.0, 1), SeriesKind.Busy => (60.0, 1), _ => (6.0, 20) };
        _saved = LearnedSeries.Saved(perMinute, at: TimeSpan.FromHours(9), live: TimeSpan.FromHours(5), lately: times);
        _counts = LearnedSeries.Counts(perMinute * times, Buckets);
        _fleet = LearnedSeries.Fleet([_saved], Series);
        _next = _fleet[0].Next!.Value;
        if (_fleet[0].Latest.Level == Level.Spike != (Kind == SeriesKind.InSpike)) throw new InvalidOperationException($"{Kind}: {_fleet[0].Latest}");
    }

    [IterationSetup]
    public void Restore()
    {
        foreach (var detector in _fleet) LearnedSeries.Restored(detector, _saved);
    }

    [Benchmark(OperationsPerInvoke = Series * Buckets)]
    public double Judgement()
    {
        double score = 0;
        foreach (var detector in _fleet)
            for (var i = 0; i < _counts.Length; i++) score += detector.Close(_next + i, _counts[i], networks: 1).Score;
        return score;
    }
}
