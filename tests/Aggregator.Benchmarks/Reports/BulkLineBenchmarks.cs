using System.Text;
using Aggregator.Grains;
using Aggregator.Server;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aggregator.Benchmarks;

/// <summary>One line of a bulk request: read, checked, and its reporter turned into a pseudonym. The catalog and the key of the day come from an embedded store once.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class BulkLineBenchmarks
{
    private const int Lines = 20_000;

    private readonly string _directory = Directory.CreateTempSubdirectory("aggregator-benchmarks-").FullName;
    private EmbeddedStore? _store;
    private StoreConnection? _connection;
    private BulkLineReader? _reader;
    private byte[] _line = [];

    [Params(true, false)]
    public bool Reporter { get; set; }

    [GlobalSetup]
    public async Task Open()
    {
        _store = EmbeddedStore.Start(_directory, NullLoggerFactory.Instance, TimeProvider.System);
        _connection = await StoreConnection.Open(_store.Connection, "benchmark", commits: true);
        var catalog = new Catalog(new(_connection), TimeProvider.System, NullLogger<Catalog>.Instance);
        await catalog.StartAsync(CancellationToken.None);
        await catalog.StopAsync(CancellationToken.None);
        _reader = new(catalog, new(_connection), new ReportOptions().DedupWindow, TimeProvider.System.GetUtcNow());
        _line = Encoding.UTF8.GetBytes("""{"service":"x","region":"US","symptom":"login"}""");
        if (Reporter) _line = Encoding.UTF8.GetBytes("""{"service":"x","region":"US","symptom":"login","reporter":"r000000001","network":"n00000001"}""");
        if ((await _reader.Read(1, _line)).Error is { } error) throw new InvalidOperationException(error.Detail);
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public async Task<int> Read()
    {
        var counted = 0;
        for (var i = 0; i < Lines; i++) counted += (await _reader!.Read(i, _line)).Report!.Value.Count;
        return counted;
    }

    [GlobalCleanup]
    public async Task Close()
    {
        await _connection!.DisposeAsync();
        await _store!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
