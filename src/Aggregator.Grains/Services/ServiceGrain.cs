using System.Collections.Immutable;
using Aggregator.Domain;
using Microsoft.Extensions.Logging;

namespace Aggregator.Grains;

/// <remarks>Decides, saves, tells, in that order: an incident is in the state before the board, the archive or a subscription hears of it.</remarks>
[GrainType("service")]
internal sealed partial class ServiceGrain(
    [PersistentState("service")] IPersistentState<ServiceState> state,
    IncidentStore archive, SubscriptionStore subscriptions, PendingServices pending, CatalogStore catalog, IncidentOptions options,
    SiloStop stop, StoreLoss loss, GrainFaults faults, GrainTelemetry telemetry, TimeProvider clock, ILogger<ServiceGrain> logger) : Grain, IServiceGrain
{
    private const string RemovedFromCatalog = "The service was removed from the catalog, so nobody can report on it any more.";
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HeartbeatMissing = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan PostWithin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SaveNumbersEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (RegionNews News, DateTimeOffset At)> _regions = [];
    private IncidentTracker _tracker = null!;
    private ServiceKey _service;
    private DateTimeOffset _numbersSavedAt;
    private bool _numbersToSave;
    private bool _toPost;
    private IGrainTimer _posting = null!;
    private Level _level = Level.Normal;
    private DateTimeOffset _since;
    private bool _removed;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _service = ServiceKey.Parse(this.GetPrimaryKeyString());
        _tracker = new(_service, options);
        _since = clock.GetUtcNow();
        _tracker.Restore(state.State.Incident?.ToDomain());
        _toPost = _tracker.Open is not null;

        _posting = this.RegisterGrainTimer(Post, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        this.RegisterGrainTimer(Watch, new GrainTimerCreationOptions(TimeSpan.Zero, WatchEvery));
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (!loss.IsSuspected || state.State.Incident is null) return;
        try
        {
            state.State.Archived = false;
            await pending.Add(_service);
            await state.WriteBack();
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            faults.NotWatched(_service, error);
        }
    }

    public async Task Hear(RegionNews news)
    {
        if (await IsRemoved(news.Verdict.Level)) return;
        var now = clock.GetUtcNow();
        var before = _regions.GetValueOrDefault(news.Region).News?.Verdict.Level;
        _regions[news.Region] = (news, now);
        IncidentChange? change;
        try
        {
            // What is out of sight may be the store: the board hears it before anything is saved.
            if (news.Verdict.Level == Level.Unknown && before != Level.Unknown) await Post(CancellationToken.None);
            await NoteSpiking(SpikingAfter(news));
            change = await Decide(() => _tracker.Hear(RegionCode.Parse(news.Region), news.Verdict.ToDomain(), now, news.Networks), now);
            await DecideTheRest(now);
        }
        catch
        {
            // How the regions are is known, whether or not what follows from it can be saved.
            PostSoon();
            throw;
        }

        if (change is not null || before != news.Verdict.Level) await Post(CancellationToken.None);
        else PostSoon();
    }

    public Task<string[]> Regions() => Task.FromResult(_regions.Keys.ToArray());

    public Task Wake() => Task.CompletedTask;

    public async Task Close()
    {
        _removed = true;
        _regions.Clear();
        await NoteSpiking(null);
        var now = clock.GetUtcNow();
        if (_tracker.Open is not null) await Decide(() => _tracker.End(RemovedFromCatalog, now), now);
        await Post(CancellationToken.None);
    }

    public async Task<bool> Forget()
    {
        if (_tracker.Open is not null || state.State.Untold.Count > 0) return false;

        await state.ClearStateAsync();
        _tracker.Restore(null);
        _regions.Clear();
        _toldToSave = false;
        await KeepListed();
        await Post(CancellationToken.None);
        DeactivateOnIdle();
        return true;
    }

    /// <summary>A service that was removed begins no incident, although its regions are in spike until its last reports have left their windows.</summary>
    private async ValueTask<bool> IsRemoved(Level heard)
    {
        var beginsNothing = heard != Level.Spike || _tracker.Open is not null;
        return (_removed || !beginsNothing) && (_removed = !await catalog.Has(_service));
    }

    // All regions say their numbers within half a second: one post tells them all.
    private void PostSoon()
    {
        if (_toPost) return;
        _toPost = true;
        _posting.Change(PostWithin, Timeout.InfiniteTimeSpan);
    }

    /// <summary>One hearing tells one change; several may be due.</summary>
    private async Task DecideTheRest(DateTimeOffset now)
    {
        while (await Decide(() => _tracker.Tick(now), now) is not null)
        {
        }
    }

    private async Task<IncidentChange?> Decide(Func<IncidentDecision> decide, DateTimeOffset now)
    {
        var before = _tracker.Open;
        var decision = decide();
        var moved = decision.Incident is not null && !ReferenceEquals(decision.Incident, before);
        _numbersToSave |= moved;
        if (decision.Incident is null || (decision.Change is null && !(_numbersToSave && !SavedInVain && now - _numbersSavedAt >= SaveNumbersEvery))) return null;

        // Not saved is not decided: the region tells again at its next close.
        await Save(decision.Incident!, decision.Change, () => _tracker.Restore(before ?? state.State.Incident?.ToDomain()));
        (_numbersSavedAt, _numbersToSave) = (now, false);
        if (decision.Change is { } change) LogChanged(change.Kind, decision.Incident!.Id, change.Region, change.Verdict.Observed, Math.Round(change.Verdict.Expected, 2));
        await Archive();
        TellUntold().Ignore();
        return decision.Change;
    }

    /// <summary>Time passes without news: calm may have held, a region may have fallen silent, the archive may be behind.</summary>
    private async Task Watch(CancellationToken cancellationToken)
    {
        if (stop.HasBegun) return;
        try
        {
            var now = clock.GetUtcNow();
            foreach (var region in Restless())
            {
                await GrainFactory.GetGrain<IRegionGrain>($"{_service}|{region}").Wake();
                if (!_regions.TryGetValue(region, out var heard) || now - heard.At < HeartbeatMissing) continue;

                var blind = Verdict.Blind(now);
                _regions[region] = (heard.News with { Verdict = VerdictDocument.From(blind) }, now);
                await Decide(() => _tracker.Hear(RegionCode.Parse(region), blind, now), now);
                _toPost = true;
            }

            if (_tracker.Open is not null)
            {
                await DecideTheRest(now);
                _toPost = true;
            }

            await Archive();
            TellUntold().Ignore();
            await SaveTold();
            await KeepListed();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            faults.NotWatched(_service, error);
        }

        // Also where the store does not answer: then the regions are out of sight, and the board has to hear it.
        try
        {
            if (_toPost) await Post(cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            faults.NotWatched(_service, error);
        }
    }

    private IEnumerable<string> Restless() =>
    [
        .. _regions.Where(region => region.Value.News.Verdict.Level is Level.Spike or Level.Elevated).Select(region => region.Key)
            .Union(_tracker.Open?.Regions.Select(region => region.Region.Value).Append(RegionCode.All.Value) ?? [])
            .Union(Unheard().Select(region => region.Region)),
    ];

    private async Task Post(CancellationToken cancellationToken)
    {
        var all = _regions.GetValueOrDefault(RegionCode.All.Value).News;
        var restless = _regions.Values.Select(heard => heard.News).Where(news => news.Verdict.Level != Level.Normal).ToList();
        var unheard = Unheard();
        var level = restless.Count > 0 ? restless.Max(news => news.Verdict.Level) : unheard.Length > 0 ? Level.Unknown : Level.Normal;
        // What its regions have been since is known again after a restart; when it became calm is not.
        if (level is Level.Spike or Level.Elevated) _since = restless.Where(news => news.Verdict.Level == level).Min(news => news.Verdict.Since);
        else if (level != _level) _since = clock.GetUtcNow();
        _level = level;

        await GrainFactory.GetGrain<IBoardGrain>(StoreKeys.ShardOf(_service)).Post(new(
            _service.Value, level, _since, all?.Reports15m ?? 0, all?.Expected15m ?? 0, all?.Spark ?? [],
            [.. restless.Select(news => new RegionStanding(news.Region, news.Verdict, news.Networks)), .. unheard],
            _tracker.Open is { } open ? IncidentDocument.From(open, Behind()) : null,
            _tracker.Open is null && state.State.Incident is { ResolvedAt: { } end } last && clock.GetUtcNow() - end <= options.WaveWithin ? last : null));
        _toPost = false;
    }

    /// <summary>Regions in trouble that have not said how they are since this grain woke: that another is calm says nothing of them.</summary>
    private RegionStanding[] Unheard()
    {
        IEnumerable<string> troubled = _tracker.Open is { } open ? open.Regions.Select(region => region.Region.Value).Append(open.OpenedBy.Value) : [];
        if (state.State.Spiking is { } spiking) troubled = troubled.Append(spiking);

        var blind = VerdictDocument.From(Verdict.Blind(clock.GetUtcNow()));
        return [.. troubled.Distinct().Where(region => !_regions.ContainsKey(region)).Select(region => new RegionStanding(region, blind, 0))];
    }

    /// <summary>The reports since the onset: those of ALL where it is up itself, else those of the regions that are.</summary>
    private ReportsBehind Behind()
    {
        if (_regions.GetValueOrDefault(RegionCode.All.Value).News is { Symptoms: { Count: > 0 } everywhere } all) return new(everywhere, all.Duplicates, all.Quarantined);

        var parts = _regions.Values.Select(heard => heard.News).Where(news => news.Symptoms.Count > 0).ToList();
        if (parts.Count == 0) return state.State.Incident?.Behind ?? new(ImmutableDictionary<string, long>.Empty, 0, 0);

        var sums = parts.SelectMany(news => news.Symptoms).GroupBy(symptom => symptom.Key)
            .ToImmutableDictionary(symptom => symptom.Key, symptom => symptom.Sum(reports => reports.Value));
        return new(sums, parts.Sum(news => news.Duplicates), parts.Sum(news => news.Quarantined));
    }

    [LoggerMessage(LogLevel.Information, "Incident {Incident} {Change} by {Region}: {Observed} reports where {Expected} are usual")]
    private partial void LogChanged(ChangeKind change, string incident, RegionCode region, double observed, double expected);
}
