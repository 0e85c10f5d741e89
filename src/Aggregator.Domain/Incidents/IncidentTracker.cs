namespace Aggregator.Domain;

/// <summary>Makes one story of what the regions of a service say: opened, spread, receded, resolved.</summary>
/// <remarks>
/// <para>A spike held for <see cref="IncidentOptions.SpikeHold"/>, in a region or in the sum of all, opens; the regions that hold one by
/// then belong to it from the start, others spread to it as their spikes hold. A region that is no longer in spike while another is, recedes; the sum of all is none.
/// It is resolved when nothing has been in spike for <see cref="IncidentOptions.CalmHold"/> and each of its regions is in sight:
/// calm begins only in sight, and losing sight neither ends it nor resolves anything. If what it was became the usual, its last change carries that verdict. A spike held again within
/// <see cref="IncidentOptions.WaveWithin"/> is another wave of it, after which calm must hold for twice as long.</para>
/// <para>At most one change per call; where several are due at once, each <see cref="Tick"/> tells the next. Hearing the same verdict
/// twice changes nothing, and a clock that steps back is taken to stand still. Not thread-safe: a tracker belongs to one grain.</para>
/// </remarks>
public sealed class IncidentTracker
{
    private readonly ServiceKey _service;
    private readonly IncidentOptions _options;
    private readonly Dictionary<RegionCode, HeardRegion> _heard = [];
    private DateTimeOffset _now = DateTimeOffset.MinValue;
    private Incident? _last;

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

    /// <summary>The open incident, or the one that was resolved last.</summary>
    public Incident? Latest => Open ?? _last;

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
        return Decide(now);
    }

    /// <summary>Lets time pass: a spike or calm may have held by now, or a change may still be due.</summary>
    public IncidentDecision Tick(DateTimeOffset now) => Decide(Forward(now));

    /// <summary>Ends what is open because nobody will report on the service any more, and forgets what its regions said.</summary>
    /// <param name="why">A note of the incident says it.</param>
    public IncidentDecision End(string why, DateTimeOffset now)
    {
        _heard.Clear();
        if (Open is null) return new(Incident: null, IncidentReason.Quiet, Change: null);

        (_last, Open) = (Open.End(why, Forward(now)), null);
        return new(_last, IncidentReason.Ended, _last.Changes[^1]);
    }

    /// <summary>Adds the operator's word to <see cref="Latest"/>; none where that is another incident.</summary>
    public Incident? Note(string incident, string text, string? source, DateTimeOffset now)
    {
        if (Latest is not { } latest || latest.Id != incident) return null;

        var noted = latest.Note(text, source, Forward(now));
        if (Open is not null) Open = noted;
        else _last = noted;
        return noted;
    }

    /// <summary>Goes on from what was saved, after a restart or a save that failed: its regions are out of sight until they are heard again.</summary>
    public void Restore(Incident? saved)
    {
        var goesOn = saved is { ResolvedAt: null };
        (Open, _last) = (goesOn ? saved : null, goesOn ? null : saved);
        if (saved is not null) Forward(saved.Changes[^1].At);
        if (Open is null) return;

        foreach (var region in Open.Regions) LoseSight(region.Region);
        if (Open.OpenedBy.IsAll) LoseSight(RegionCode.All);
    }

    private IncidentDecision Decide(DateTimeOffset now)
    {
        if (Open is null) return Begin(now);

        if (_heard.Values.Any(r => r.InSpike))
        {
            if (Open is not { CalmSince: null, BlindSince: null }) Open = Open with { CalmSince = null, BlindSince = null };
            return Move(now) ?? new(Open, IncidentReason.GoesOn, Change: null);
        }

        var blind = Open.Regions.Any(r => _heard.GetValueOrDefault(r.Region) is not { Unseen: false })
            || _heard.GetValueOrDefault(RegionCode.All) is { Unseen: true };
        if (blind)
        {
            if (Open.BlindSince is null) Open = Open with { BlindSince = now };
            return new(Open, IncidentReason.Blind, Change: null);
        }

        if (Open.BlindSince is not null) Open = Open with { BlindSince = null };
        if (Open.CalmSince is not { } calmSince) Open = Open with { CalmSince = calmSince = now };
        if (now - calmSince < CalmHold(Open)) return new(Open, IncidentReason.CalmNotHeldYet, Change: null);

        // If one part of it has not gone back to what it was, the end is told in that part's words.
        var newUsual = _heard.Values.Where(r => IsPart(r.Region) && r.Verdict.Reason == VerdictReason.BecameUsual).MaxBy(r => r.Region.IsAll);
        _last = Open.Resolve(newUsual ?? _heard.GetValueOrDefault(RegionCode.All) ?? _heard[Open.OpenedBy], now);
        Open = null;
        return new(_last, newUsual is null ? IncidentReason.Resolved : IncidentReason.BecameUsual, _last.Changes[^1]);
    }

    private bool IsPart(RegionCode region) => region.IsAll || Open!.Find(region) is not null;

    private IncidentDecision Begin(DateTimeOffset now)
    {
        // A region says more than the sum of all, and the first to hold says it best: the sum waits for one that is about to.
        var held = Held(now).OrderBy(r => r.Region.IsAll).ThenBy(r => r.SpikeSince).ThenBy(r => r.Region.Value, StringComparer.Ordinal).ToList();
        if (held.Count == 0 || (held is [{ Region.IsAll: true }] && _heard.Values.Any(r => r.InSpike && !r.Region.IsAll)))
            return new(Incident: null, _heard.Values.Any(r => r.InSpike) ? IncidentReason.NotHeldYet : IncidentReason.Quiet, Change: null);

        List<HeardRegion> regions = [.. held.Where(r => !r.Region.IsAll)];
        var again = now - _last?.ResolvedAt <= _options.WaveWithin;
        Open = again ? _last!.Reopen(held[0], regions, now) : Incident.Begin(_service, held[0], regions, now);
        _last = null;
        if (again)
        {
            // What its regions have said since the end, nobody has noted.
            foreach (var heard in _heard.Values) Open = Open.Hear(heard, now);
        }

        return new(Open, again ? IncidentReason.Reopened : IncidentReason.Opened, Open.Changes[^1]);
    }

    /// <summary>While something is in spike, regions may join or leave; the sum of all does neither.</summary>
    private IncidentDecision? Move(DateTimeOffset now)
    {
        if (now - Open!.Changes[^1].At < _options.GatherFor) return null;

        var joining = Held(now).Where(r => !r.Region.IsAll && Open.Find(r.Region) is null or { Receded: true })
            .OrderBy(r => r.SpikeSince).ThenBy(r => r.Region.Value, StringComparer.Ordinal).ToList();
        if (joining.Count > 0)
        {
            Open = Open.Spread(joining, now);
            return new(Open, IncidentReason.Spread, Open.Changes[^1]);
        }

        // Where only the sum of all is left in spike, it lags behind the last region: nobody has receded, it ends soon.
        if (!_heard.Values.Any(r => r.InSpike && !r.Region.IsAll)) return null;

        var leaving = Open.Regions.Where(r => !r.Receded).Select(r => _heard.GetValueOrDefault(r.Region)).OfType<HeardRegion>()
            .Where(r => r is { InSpike: false, Unseen: false }).ToList();
        if (leaving.Count == 0) return null;

        Open = Open.Recede(leaving, now);
        return new(Open, IncidentReason.Receded, Open.Changes[^1]);
    }

    private IEnumerable<HeardRegion> Held(DateTimeOffset now) => _heard.Values.Where(r => Holds(r, now));

    private TimeSpan CalmHold(Incident incident)
    {
        var hold = _options.CalmHold * Math.Pow(2, Math.Min(incident.Waves - 1, 30));
        return hold < _options.LongestCalmHold ? hold : _options.LongestCalmHold > _options.CalmHold ? _options.LongestCalmHold : _options.CalmHold;
    }

    private bool Holds(HeardRegion heard, DateTimeOffset now) => now - heard.SpikeSince >= _options.SpikeHold;

    private void LoseSight(RegionCode region)
    {
        _heard[region] = new(region, Verdict.Blind(_now), _now, Networks: 0, SpikeSince: null);
    }

    private DateTimeOffset Forward(DateTimeOffset now) => _now = now > _now ? now : _now;
}
