using System.Collections.Frozen;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>How everything is, as this server knows it: read from the boards several times a second, however many ask.</summary>
/// <param name="Version">Grows with each change.</param>
/// <param name="At">When it last changed.</param>
/// <param name="Complete">False while some board is still waking its services.</param>
/// <param name="Blind">The boards have not answered for a while.</param>
internal sealed record Snapshot(long Version, DateTimeOffset At, bool Complete, bool Blind, FrozenDictionary<string, ServiceStanding> Services)
{
    /// <summary>The level of a service; unknown while nothing can be said.</summary>
    public Level LevelOf(string service) => Blind ? Level.Unknown
        : Services.TryGetValue(service, out var standing) ? standing.Level
        : Complete ? Level.Normal : Level.Unknown;

    public ServiceStanding? Find(string service) => Services.GetValueOrDefault(service);
}

internal sealed partial class SnapshotCache(IGrainFactory grains, TimeProvider clock, ILogger<SnapshotCache> logger) : BackgroundService
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BlindAfter = TimeSpan.FromSeconds(20);

    private readonly (Guid Epoch, long Version, bool Complete)[] _boards = new (Guid, long, bool)[StoreKeys.Shards];
    private readonly Dictionary<string, ServiceStanding> _standings = [];

    public Snapshot Latest { get; private set; } = new(0, default, false, false, FrozenDictionary<string, ServiceStanding>.Empty);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seen = clock.GetTimestamp();
        using var timer = new PeriodicTimer(ReadEvery, clock);
        do
        {
            try
            {
                var pages = await Task.WhenAll(_boards.Select((board, shard) => grains.GetGrain<IBoardGrain>(shard).Read(board.Epoch, board.Version)));
                seen = clock.GetTimestamp();
                Merge(pages);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogUnread(error.Message);
                if (!Latest.Blind && clock.GetElapsedTime(seen) > BlindAfter) Latest = Latest with { Version = Latest.Version + 1, At = clock.GetUtcNow(), Blind = true };
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Merge(BoardPage[] pages)
    {
        var moved = Latest.Version == 0 || Latest.Blind;
        for (var shard = 0; shard < pages.Length; shard++)
        {
            var page = pages[shard];
            moved |= page.Changed.Length > 0 || page.Complete != _boards[shard].Complete || page.Epoch != _boards[shard].Epoch;
            _boards[shard] = (page.Epoch, page.Version, page.Complete);
            foreach (var standing in page.Changed) _standings[standing.Service] = standing;
        }

        if (moved) Latest = new(Latest.Version + 1, clock.GetUtcNow(), _boards.All(board => board.Complete), Blind: false, _standings.ToFrozenDictionary());
    }

    [LoggerMessage(LogLevel.Warning, "The boards could not be read: {Reason}")]
    private partial void LogUnread(string reason);
}
