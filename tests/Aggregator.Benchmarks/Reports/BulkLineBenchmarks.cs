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
    private DateTimeOffset _now;
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
        _now = TimeProvider.System.GetUtcNow();
        _reader = new(catalog.Names, new ReportOptions().DedupWindow) { Keys = await new ReporterKeys(_connection).Between(_now.AddDays(-2), _now) };
        _line = Encoding.UTF8.GetBytes("""{"service":"x","region":"US","symptom":"login"}""");
        if (Reporter) _line = Encoding.UTF8.GetBytes("""{"service":"x","region":"US","symptom":"login","reporter":"r000000001","network":"n00000001"}""");
        if (_reader.Read(_line, _now, out _, out _) is { } fault) throw new InvalidOperationException(fault.Detail);
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public int Read()
    {
        var counted = 0;
        for (var i = 0; i < Lines; i++)
        {
            _reader!.Read(_line, _now, out var report, out _);
            counted += report.Count;
        }

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
