using System.Collections.Frozen;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>How everything is, as this server knows it: read from the boards several times a second, however many ask.</summary>
/// <param name="Version">Grows with each change.</param>
/// <param name="At">When it last changed.</param>
/// <param name="Complete">False while some board is still waking its services.</param>
/// <param name="Blind">The boards have not answered for a while.</param>
/// <param name="Shut">Nobody has been able to report here for a while: who is not known to be in trouble need not be well.</param>
internal sealed record Snapshot(long Version, DateTimeOffset At, bool Complete, bool Blind, bool Shut, FrozenDictionary<string, ServiceStanding> Services)
{
    /// <summary>The level of a service; unknown while nothing can be said.</summary>
    public Level LevelOf(string service)
    {
        if (Blind) return Level.Unknown;

        var level = Services.TryGetValue(service, out var standing) ? standing.Level : Complete ? Level.Normal : Level.Unknown;
        return Shut && level == Level.Normal ? Level.Unknown : level;
    }

    private readonly bool _allAreSeen = Services.Values.All(standing => standing.Level != Level.Unknown && standing.Regions.All(region => region.Verdict.Level != Level.Unknown));

    /// <summary>Whether nothing is out of sight.</summary>
    public bool SeesAll => Complete && !Blind && !Shut && _allAreSeen;

    public ServiceStanding? Find(string service) => Services.GetValueOrDefault(service);
}

internal sealed partial class SnapshotCache(IGrainFactory grains, OpenMarker marker, TimeProvider clock, ILogger<SnapshotCache> logger) : BackgroundService
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BlindAfter = TimeSpan.FromSeconds(20);

    private readonly Board[] _boards = [.. Enumerable.Range(0, StoreKeys.Shards).Select(shard => new Board(shard))];
    private readonly Dictionary<string, ServiceStanding> _standings = [];

    public Snapshot Latest { get; private set; } = new(0, default, false, false, false, FrozenDictionary<string, ServiceStanding>.Empty);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var board in _boards) board.Seen = clock.GetTimestamp();
        using var timer = new PeriodicTimer(ReadEvery, clock);
        do
        {
            // A board whose silo does not answer holds up nobody else: it is asked again when that call has ended.
            foreach (var board in _boards)
            {
                if (board.Reading is null or { IsCompleted: true }) board.Reading = Read(board);
            }

            await Task.WhenAll(_boards.Select(board => board.Reading!)).WaitAsync(ReadEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            Merge();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Read(Board board)
    {
        try
        {
            board.Page = await grains.GetGrain<IBoardGrain>(board.Shard).Read(board.Epoch, board.Version);
        }
        catch (Exception error)
        {
            // Once: it is asked again several times a second.
            if (!board.IsSilent) LogUnread(board.Shard, error.Message);
            board.IsSilent = true;
        }
    }

    private void Merge()
    {
        var moved = false;
        foreach (var board in _boards) moved |= board.Take(clock.GetTimestamp(), _standings);

        var shut = marker.IsShut;
        var blind = _boards.Any(board => board.IsSilent && clock.GetElapsedTime(board.Seen) > BlindAfter);
        if (_boards.All(board => board.IsKnown) && (moved || blind != Latest.Blind || shut != Latest.Shut))
            Latest = new(Latest.Version + 1, clock.GetUtcNow(), _boards.All(board => board.Complete), blind, shut, _standings.ToFrozenDictionary());
        else if (blind && !Latest.Blind)
            Latest = Latest with { Version = Latest.Version + 1, At = clock.GetUtcNow(), Blind = true };
    }

    /// <summary>What this server knows of one board.</summary>
    private sealed class Board(int shard)
    {
        private const int FormerAtMost = 64;
        private readonly Queue<Guid> _former = new();

        public int Shard { get; } = shard;

        /// <summary>The last call; one at a time.</summary>
        public Task? Reading { get; set; }

        /// <summary>What it answered, until it is taken.</summary>
        public BoardPage? Page { get; set; }

        public Guid Epoch { get; private set; }

        public long Version { get; private set; }

        public bool Complete { get; private set; }

        /// <summary>Whether the last call failed.</summary>
        public bool IsSilent { get; set; }

        /// <summary>When it last answered.</summary>
        public long Seen { get; set; }

        public bool IsKnown => Epoch != default;

        /// <summary>Takes what the board answered; true where something is new.</summary>
        public bool Take(long now, Dictionary<string, ServiceStanding> standings)
        {
            if (Reading is not { IsCompleted: true } || Page is not { } page) return false;
            Page = null;

            // A board that was replaced while its silo stood still shows what was then.
            if (_former.Contains(page.Epoch)) return false;
            (Seen, IsSilent) = (now, false);
            var moved = page.Changed.Length > 0 || page.Complete != Complete || page.Epoch != Epoch;
            if (page.Epoch != Epoch && IsKnown)
            {
                if (_former.Count == FormerAtMost) _former.Dequeue();
                _former.Enqueue(Epoch);
            }

            (Epoch, Version, Complete) = (page.Epoch, page.Version, page.Complete);
            foreach (var standing in page.Changed) standings[standing.Service] = standing;
            return moved;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Board {Shard} could not be read, and is asked on: {Reason}")]
    private partial void LogUnread(int shard, string reason);
}
