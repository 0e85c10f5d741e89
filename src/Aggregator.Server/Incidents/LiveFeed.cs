using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Aggregator.Domain;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>A region's level changed.</summary>
/// <param name="Before">The level it had.</param>
internal sealed record SpikeEvent(
    DateTimeOffset At, string Service, string Region, Level Level, Level Before, VerdictReason? Reason, double? Observed, double? Expected, double? Ratio, long? Networks,
    DateTimeOffset? Since, string? Incident);

/// <summary>A reader that came back cannot be told all it missed.</summary>
internal sealed record MissedEvent(DateTimeOffset At, string Sentence);

/// <summary>One event, written once for all who listen.</summary>
/// <param name="Regions">The regions it is about.</param>
internal sealed record LiveEvent(long Number, DateTimeOffset At, string Service, IReadOnlyList<string> Regions, byte[] Bytes);

/// <summary>Somebody who listens: what has not been written to them yet, and no more than that.</summary>
internal sealed class LiveReader(string? service, string? region)
{
    // Room for all that the ring holds, and for what comes while that is written.
    private const int BehindAtMost = 1200;

    private readonly Channel<ReadOnlyMemory<byte>> _next = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(BehindAtMost) { SingleReader = true });

    public ChannelReader<ReadOnlyMemory<byte>> Next => _next.Reader;

    public bool Wants(LiveEvent told) => (service is null || told.Service == service) && (region is null || told.Regions.Contains(region));

    /// <summary>False where they are too far behind: they are let go, and resume where they were.</summary>
    public bool Tell(ReadOnlyMemory<byte> bytes) => _next.Writer.TryWrite(bytes);

    public void LetGo() => _next.Writer.TryComplete();
}

/// <summary>Tells whoever listens what changes, as this server sees it on the boards.</summary>
/// <remarks>
/// The last events are kept in a ring of bounded length, from which a reader that comes back is told what it missed. An id begins with the moment
/// of the event, so that another server can tell as well from where to go on; it then tells a second twice rather than not at all.
/// </remarks>
internal sealed class LiveFeed(SnapshotCache snapshots, MessageWriter writer, IOptions<JsonOptions> json, TimeProvider clock) : BackgroundService
{
    private const int RingLength = 1000;
    private const int ReadersAtMost = 20_000;
    private const int IdParts = 3;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromSeconds(1);
    private static readonly byte[] Heartbeat = ": still here\n\n"u8.ToArray();

    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;
    private readonly string _server = Guid.NewGuid().ToString("N")[..8];
    private readonly ConcurrentDictionary<LiveReader, byte> _readers = new();
    private readonly Lock _lock = new();
    private readonly Queue<LiveEvent> _ring = new();
    private long _number;

    // What changed before this server could see, it tells nobody.
    private DateTimeOffset _lookingSince = DateTimeOffset.MaxValue;

    public int Readers => _readers.Count;

    /// <summary>Begins to listen; none where too many do.</summary>
    /// <param name="lastId">The id of the last event heard; what came after it is told first.</param>
    public LiveReader? Listen(string? service, string? region, string? lastId)
    {
        if (_readers.Count >= ReadersAtMost) return null;

        var reader = new LiveReader(service, region);
        lock (_lock)
        {
            if (lastId is not null)
            {
                var (missed, all) = Since(lastId);
                if (!all) reader.Tell(MayBeMissing());
                foreach (var told in missed.Where(reader.Wants)) reader.Tell(told.Bytes);
            }

            _readers[reader] = 0;
        }

        return reader;
    }

    public void Leave(LiveReader reader) => _readers.TryRemove(reader, out _);

    /// <summary>Tells what differs between two looks.</summary>
    internal void Compare(Snapshot before, Snapshot after)
    {
        foreach (var (service, now) in after.Services)
        {
            var was = before.Find(service);
            if (ReferenceEquals(was, now)) continue;
            foreach (var told in Levels(was, now, after.At)) Tell("spike", after.At, service, [told.Region], told);
            foreach (var (incident, change) in Changes(was, now)) Tell("incident", change.At, service, RegionsOf(incident, change), writer.Data(incident, change));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (before, beat) = ((Snapshot?)null, clock.GetTimestamp());
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var latest = snapshots.Latest;
            if (before is not null && before.Version != latest.Version && !latest.Blind) Compare(before, latest);

            if (latest.Complete && !latest.Blind)
            {
                if (before is null) LookFrom(clock.GetUtcNow());
                before = latest;
            }

            if (clock.GetElapsedTime(beat) < HeartbeatEvery) continue;
            beat = clock.GetTimestamp();
            foreach (var reader in _readers.Keys) TellOrLetGo(reader, Heartbeat);
        }
    }

    internal void LookFrom(DateTimeOffset moment)
    {
        lock (_lock) _lookingSince = moment;
    }

    private static IEnumerable<SpikeEvent> Levels(ServiceStanding? was, ServiceStanding now, DateTimeOffset at)
    {
        var before = was?.Regions.ToDictionary(region => region.Region, region => region.Verdict.Level) ?? [];
        foreach (var (region, verdict, networks) in now.Regions)
        {
            // Of a service that no board has told of before, what it was is not known.
            if (!before.Remove(region, out var level) && was is null) level = Level.Unknown;
            if (level == verdict.Level) continue;
            var ratio = verdict.ToDomain().Ratio;
            yield return new(
                at, now.Service, region, verdict.Level, level, verdict.Reason, verdict.Observed, Math.Round(verdict.Expected, 2), ratio is { } times ? Math.Round(times, 2) : null,
                networks, verdict.Since, now.OpenIncident?.Id);
        }

        foreach (var (region, level) in before)
            yield return new(at, now.Service, region, Level.Normal, level, null, null, null, null, null, null, now.OpenIncident?.Id);
    }

    private static IEnumerable<(IncidentDocument, IncidentChangeDocument)> Changes(ServiceStanding? was, ServiceStanding now)
    {
        if ((now.OpenIncident ?? now.LastIncident) is not { } incident) return [];
        var known = was?.OpenIncident ?? was?.LastIncident;
        var told = known?.Id == incident.Id ? known.Changes[^1].Sequence : 0;
        return incident.Changes.Where(change => change.Sequence > told).Select(change => (incident, change));
    }

    private static IReadOnlyList<string> RegionsOf(IncidentDocument incident, IncidentChangeDocument change) =>
        change.Kind is ChangeKind.Resolved or ChangeKind.Noted ? [.. incident.Regions.Select(region => region.Region), change.Region] : [.. change.About, change.Region];

    private void Tell(string kind, DateTimeOffset at, string service, IReadOnlyList<string> regions, object data)
    {
        lock (_lock)
        {
            var number = ++_number;
            var text = $"event: {kind}\nid: {at.ToUnixTimeMilliseconds()}-{_server}-{number}\ndata: {JsonSerializer.Serialize(data, _json)}\n\n";
            var told = new LiveEvent(number, at, service, regions, Encoding.UTF8.GetBytes(text));
            if (_ring.Count == RingLength) _ring.Dequeue();
            _ring.Enqueue(told);
            foreach (var reader in _readers.Keys)
            {
                if (reader.Wants(told)) TellOrLetGo(reader, told.Bytes);
            }
        }
    }

    private void TellOrLetGo(LiveReader reader, ReadOnlyMemory<byte> bytes)
    {
        if (reader.Tell(bytes)) return;
        reader.LetGo();
        _readers.TryRemove(reader, out _);
    }

    /// <summary>What came after an event, and whether that is all: an earlier one may have left the ring, or have been told by a server that is no more.</summary>
    private (IEnumerable<LiveEvent> Events, bool All) Since(string lastId)
    {
        if (lastId.Split('-', IdParts + 1) is not [var moment, var server, var count]
            || !long.TryParse(moment, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || !long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return ([], false);
        if (server == _server) return (_ring.Where(told => told.Number > number), number <= _number && number >= _number - _ring.Count);

        // Nobody has heard what has not happened yet: such an id was made up, or by a clock that is wrong.
        if (at > (clock.GetUtcNow() + ClocksDiffer).ToUnixTimeMilliseconds()) return ([], false);

        var from = DateTimeOffset.FromUnixTimeMilliseconds(at) - ClocksDiffer;
        return (_ring.Where(told => told.At >= from), from >= (_number > _ring.Count ? _ring.Peek().At : _lookingSince));
    }

    private byte[] MayBeMissing() => Encoding.UTF8.GetBytes(
        $"event: missed\ndata: {JsonSerializer.Serialize(new MissedEvent(clock.GetUtcNow(), "Not all that happened since can be told: read /v1/spikes and /v1/incidents anew."), _json)}\n\n");
}
