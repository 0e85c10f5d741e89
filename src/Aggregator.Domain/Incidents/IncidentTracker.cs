namespace Aggregator.Domain;

/// <summary>Makes one story of what the regions of a service say: opened, spread, receded, resolved.</summary>
/// <remarks>
/// <para>A spike held for <see cref="IncidentOptions.SpikeHold"/>, in a region or in the sum of all, opens; the regions that hold one by
/// then belong to it from the start, others spread to it as their spikes hold. A region that is no longer in spike while another is, recedes.
/// It is resolved when nothing has been in spike for <see cref="IncidentOptions.CalmHold"/> and each of its regions is in sight:
/// calm begins only in sight, and losing sight neither ends it nor resolves anything.</para>
/// <para>At most one change per call; where several are due at once, each <see cref="Tick"/> tells the next. Hearing the same verdict
/// twice changes nothing, and a clock that steps back is taken to stand still. Not thread-safe: a tracker belongs to one grain.</para>
/// </remarks>
public sealed class IncidentTracker
{
    private readonly ServiceKey _service;
    private readonly IncidentOptions _options;
    private readonly Dictionary<RegionCode, HeardRegion> _heard = [];
    private DateTimeOffset _now = DateTimeOffset.MinValue;

    public IncidentTracker(ServiceKey service, IncidentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SpikeHold, TimeSpan.Zero, nameof(options));
        // An incident is named by its second: it must be over before the next can begin.
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CalmHold, TimeSpan.FromSeconds(1), nameof(options));
        (_service, _options) = (service, options);
    }

    /// <summary>The incident that goes on; none where all is quiet.</summary>
    public Incident? Open { get; private set; }

    /// <summary>What every region said last, the sum of all among them.</summary>
    public IReadOnlyCollection<HeardRegion> Regions => _heard.Values;

    /// <summary>Hears a region, or <see cref="RegionCode.All"/>, and decides.</summary>
    /// <param name="networks">Distinct networks since the onset, in the last half hour at most; 0 where they are not known.</param>
    public IncidentDecision Hear(RegionCode region, Verdict verdict, DateTimeOffset now, long networks = 0)
    {
        now = Forward(now);
        var since = verdict.Level == Level.Spike ? _heard.GetValueOrDefault(region)?.SpikeSince ?? now : (DateTimeOffset?)null;
        var heard = _heard[region] = new(region, verdict, now, networks, since);
        Open = Open?.Hear(heard, now);
        return Decide([region], now);
    }

    /// <summary>Lets time pass: a spike or calm may have held by now, or a change may still be due.</summary>
    public IncidentDecision Tick(DateTimeOffset now) => Decide([.. _heard.Keys.OrderBy(r => r.Value, StringComparer.Ordinal)], Forward(now));

    /// <summary>Goes on from what was saved, after a restart or a save that failed: its regions are out of sight until they are heard again.</summary>
    public void Restore(Incident? open)
    {
        Open = open;
        if (open is null) return;

        foreach (var region in open.Regions) LoseSight(region.Region);
        if (open.OpenedBy.IsAll) LoseSight(RegionCode.All);
        Forward(open.Changes[^1].At);
    }

    private IncidentDecision Decide(ReadOnlySpan<RegionCode> about, DateTimeOffset now)
    {
        if (Open is null) return Begin(now);

        var spikes = _heard.Values.Any(r => r.InSpike);
        if (spikes)
        {
            if (Open.CalmSince is not null) Open = Open with { CalmSince = null };
            foreach (var region in about)
                if (Move(_heard[region], now) is { } moved) return moved;
            return new(Open, IncidentReason.GoesOn, Change: null);
        }

        var blind = Open.Regions.Any(r => _heard.GetValueOrDefault(r.Region) is not { Unseen: false })
            || _heard.GetValueOrDefault(RegionCode.All) is { Unseen: true };
        if (blind) return new(Open, IncidentReason.Blind, Change: null);

        if (Open.CalmSince is not { } calmSince) Open = Open with { CalmSince = calmSince = now };
        if (now - calmSince < _options.CalmHold) return new(Open, IncidentReason.CalmNotHeldYet, Change: null);

        var last = _heard.GetValueOrDefault(RegionCode.All) ?? _heard[Open.OpenedBy];
        var resolved = Open.Resolve(last.Region, last.Verdict, now);
        Open = null;
        return new(resolved, IncidentReason.Resolved, resolved.Changes[^1]);
    }

    private IncidentDecision Begin(DateTimeOffset now)
    {
        // A region says more than the sum of all, and the first to hold says it best.
        var held = _heard.Values.Where(r => Holds(r, now))
            .OrderBy(r => r.Region.IsAll).ThenBy(r => r.SpikeSince).ThenBy(r => r.Region.Value, StringComparer.Ordinal).ToArray();
        if (held.Length == 0)
            return new(Incident: null, _heard.Values.Any(r => r.InSpike) ? IncidentReason.NotHeldYet : IncidentReason.Quiet, Change: null);

        Open = Incident.Begin(_service, held[0], held.Where(r => !r.Region.IsAll), now);
        return new(Open, IncidentReason.Opened, Open.Changes[^1]);
    }

    // While something is in spike, a region may join or leave; the sum of all does neither.
    private IncidentDecision? Move(HeardRegion heard, DateTimeOffset now)
    {
        if (heard.Region.IsAll) return null;

        var part = Open!.Find(heard.Region);
        if (part is null or { Receded: true })
        {
            if (!Holds(heard, now)) return null;
            Open = Open.Spread(heard, now);
            return new(Open, IncidentReason.Spread, Open.Changes[^1]);
        }

        if (heard.InSpike || heard.Unseen) return null;
        Open = Open.Recede(part, heard.Verdict, now);
        return new(Open, IncidentReason.Receded, Open.Changes[^1]);
    }

    private bool Holds(HeardRegion heard, DateTimeOffset now) => now - heard.SpikeSince >= _options.SpikeHold;

    private void LoseSight(RegionCode region)
    {
        _heard[region] = new(region, Verdict.Blind(_now), _now, Networks: 0, SpikeSince: null);
    }

    private DateTimeOffset Forward(DateTimeOffset now) => _now = now > _now ? now : _now;
}
