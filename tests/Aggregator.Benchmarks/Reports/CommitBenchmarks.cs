using Aggregator.Domain;
using Aggregator.Grains;
using BenchmarkDotNet.Attributes;

namespace Aggregator.Benchmarks;

/// <summary>What a batch costs beside the store: its arguments built, and an answer read.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class CommitBenchmarks
{
    private const int Lines = 2000, Batches = 20;

    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly StoreKeys _names = new("benchmark");
    private readonly ReportOptions _options = new();
    private CommitBatch _batch = new(0, "", "", "", default, []);
    private CommitScript? _script;
    private string _answer = "";

    /// <summary>With a reporter and a network on each line, or with nothing to be asked about.</summary>
    [Params(true, false)]
    public bool Reporters { get; set; }

    /// <summary>Series that the lines are about.</summary>
    [Params(1, 200)]
    public int Series { get; set; }

    [GlobalSetup]
    public void Make()
    {
        var series = Enumerable.Range(0, Series).Select(i => new SeriesKey(ServiceKey.Parse($"service-{i / 50}"), RegionCode.Parse($"R{i % 50}"))).ToArray();
        var reports = Enumerable.Range(0, Lines).Select(i => new Report(series[i % Series], Now, "login", 1, Reporters ? $"reporter-{i:0000000}" : null, Reporters ? $"network-{i / 10:00000000}" : null));
        _batch = new(0, "page", "benchmark", "", TimeSpan.FromMinutes(10), [.. reports]);
        _script = new(_batch, _names, _options, Now);

        // Every line counted; one counter of each bucket key moved.
        var touched = _script.Keys.Select((key, i) => (Name: key.ToString(), Number: i + 1)).Where(key => key.Name.Contains(":buckets:")).Select(key => $"{key.Number} 0:login 1");
        _answer = $"N{new string('c', Reporters ? Lines : 0)}||{string.Join(',', touched)}";
    }

    [Benchmark(OperationsPerInvoke = Lines * Batches)]
    public int Arguments()
    {
        var arguments = 0;
        for (var i = 0; i < Batches; i++) arguments += new CommitScript(_batch, _names, _options, Now).Arguments.Length;
        return arguments;
    }

    [Benchmark(OperationsPerInvoke = Lines * Batches)]
    public int Answer()
    {
        var lines = 0;
        for (var i = 0; i < Batches; i++) lines += _script!.Read(_answer).Lines.Length;
        return lines;
    }
}
