using System.Diagnostics.Metrics;

namespace Aggregator.Server.Tests;

/// <summary>What a meter says of one of its instruments, with every tag and every word that was heard.</summary>
internal sealed record Instrument(string Name, string? Unit, string Kind, string? Means)
{
    public SortedDictionary<string, SortedSet<string>> Tags { get; } = [];

    public bool WasHeard { get; set; }

    /// <summary>As the exporter for Prometheus spells it; of a histogram, without what is put behind it.</summary>
    public string InPrometheus => Name.Replace('.', '_') + Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" } + (Kind == "counter" ? "_total" : "");

    /// <summary>A series for each combination of its words.</summary>
    public IEnumerable<string> Series => Tags.Aggregate((IEnumerable<string>)[""], (all, tag) => all.SelectMany(labels => tag.Value.Select(word => $"{labels}{tag.Key}=\"{word}\",")))
        .Select(labels => Scrape.Key($"{InPrometheus}{{{labels}}}"));

    /// <summary>As the ledger has it.</summary>
    public string Row => $"| `{Name}` {Unit} | {Kind} | {string.Join("; ", Tags.Select(tag => $"`{tag.Key}`: {string.Join(", ", tag.Value.Select(word => $"`{word}`"))}"))} | `{InPrometheus}` | {Means} |";
}

/// <summary>Listens to the product's own meter, as one server has it.</summary>
internal sealed class Instruments : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, Instrument> _all = [];
    private readonly Lock _lock = new();

    public Instruments(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != "Aggregator" || !ReferenceEquals(instrument.Meter.Scope, meters)) return;
            lock (_lock) _all[instrument.Name] = new(instrument.Name, instrument.Unit, KindOf(instrument), instrument.Description);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Hear(instrument, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Hear(instrument, tags));
        _listener.Start();
    }

    /// <summary>Asks the gauges, and answers what was heard so far.</summary>
    public IReadOnlyList<Instrument> Read()
    {
        _listener.RecordObservableInstruments();
        lock (_lock) return [.. _all.Values.OrderBy(instrument => instrument.Name, StringComparer.Ordinal)];
    }

    public void Dispose() => _listener.Dispose();

    private void Hear(System.Diagnostics.Metrics.Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            var known = _all[instrument.Name];
            known.WasHeard = true;
            foreach (var (key, word) in tags)
            {
                if (!known.Tags.TryGetValue(key, out var words)) known.Tags[key] = words = new(StringComparer.Ordinal);
                words.Add($"{word}");
            }
        }
    }

    private static string KindOf(System.Diagnostics.Metrics.Instrument instrument) => instrument switch
    {
        Counter<long> => "counter",
        Histogram<long> or Histogram<double> => "histogram",
        UpDownCounter<long> or ObservableGauge<long> => "gauge",
        _ => instrument.GetType().Name,
    };
}
