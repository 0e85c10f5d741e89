using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>One kind of report, by what became of it.</summary>
/// <param name="Lately">A second, over the last ten.</param>
/// <param name="Minute">A second, over the last minute.</param>
/// <param name="Total">Since this server was started.</param>
public sealed record IntakeFigure(string Instrument, string Word, double Lately, double Minute, long Total);

/// <summary>What this server has done with reports, read from its own meters, for who stands before it.</summary>
internal sealed class IntakeFigures : BackgroundService
{
    private const int LatelySeconds = 10, MinuteSeconds = 60;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(1);

    /// <summary>All that the meters can say of a report, in the order it is shown.</summary>
    private static readonly (string Instrument, string Word)[] Kinds =
    [
        (Telemetry.ReceivedName, "counted"), (Telemetry.ReceivedName, "duplicate"), (Telemetry.ReceivedName, "quarantined"),
        (Telemetry.LimitedName, "reporter"), (Telemetry.LimitedName, "network"),
        (Telemetry.RefusedName, nameof(IntakeResult.QueueFull)), .. Enum.GetValues<StoreFault>().Select(fault => (Telemetry.RefusedName, IntakeResults.From(fault).ToString())),
    ];

    private static readonly HashSet<string> Instruments = [.. Kinds.Select(kind => kind.Instrument)];

    private readonly ConcurrentDictionary<(string Instrument, string Word), long> _totals = new();
    private readonly Queue<Sample> _samples = new();
    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly TimeProvider _clock;

    public IntakeFigures(IMeterFactory meters, TimeProvider clock)
    {
        (_clock, Since) = (clock, clock.GetUtcNow());

        // The scope tells this server's meters from those of another one in the process.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Instruments.Contains(instrument.Name) && ReferenceEquals(instrument.Meter.Scope, meters)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, reports, tags, _) =>
        {
            if (tags is [{ Value: string word }, ..]) _totals.AddOrUpdate((instrument.Name, word), reports, (_, before) => before + reports);
        });
        _listener.Start();
        Take();
    }

    public DateTimeOffset Since { get; }

    public IReadOnlyList<IntakeFigure> Read()
    {
        Sample[] samples;
        lock (_lock) samples = [.. _samples];
        var lately = samples[^Math.Min(samples.Length, LatelySeconds + 1)];
        return [.. Kinds.Select(kind =>
        {
            var total = _totals.GetValueOrDefault(kind);
            return new IntakeFigure(kind.Instrument, kind.Word, lately.Rate(kind, total, _clock), samples[0].Rate(kind, total, _clock), total);
        })];
    }

    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SampleEvery, _clock);
        while (await timer.WaitForNextTickAsync(stoppingToken)) Take();
    }

    private void Take()
    {
        var sample = new Sample(_clock.GetTimestamp(), _totals.ToFrozenDictionary());
        lock (_lock)
        {
            _samples.Enqueue(sample);
            if (_samples.Count > MinuteSeconds + 1) _samples.Dequeue();
        }
    }

    private sealed record Sample(long At, FrozenDictionary<(string, string), long> Totals)
    {
        public double Rate((string, string) kind, long now, TimeProvider clock) =>
            (now - Totals.GetValueOrDefault(kind)) / Math.Max(1, clock.GetElapsedTime(At).TotalSeconds);
    }
}
