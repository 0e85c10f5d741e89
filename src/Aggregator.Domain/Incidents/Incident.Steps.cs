namespace Aggregator.Domain;

public sealed partial record Incident
{
    private const int ChangesKept = 200;

    /// <summary>Adds the operator's word and tells it; the numbers told with it are those of the worst moment.</summary>
    public Incident Note(string text, string? source, DateTimeOffset now)
    {
        var noted = Tell(ChangeKind.Noted, new(Peak.Region, Peak.Verdict, now, Peak.Networks, SpikeSince: null), [], now);
        return noted with { Notes = Notes.Add(new(noted.Changes[^1].Sequence, now, text, source)) };
    }

    internal static Incident Begin(ServiceKey service, HeardRegion by, IReadOnlyList<HeardRegion> regions, DateTimeOffset now) => new(
        $"{service}-{now.UtcDateTime:yyyyMMdd-HHmmss}", service, now, ResolvedAt: null, by.Verdict, by.Region, PeakOf(by, now),
        [.. regions.Select(r => Joining(r, now))], [new(1, ChangeKind.Opened, now, by.Region, by.Verdict, [.. regions.Select(r => r.Region)])],
        CalmSince: null, by.Networks);

    /// <summary>Another wave: the regions of the one before are calm until they are heard.</summary>
    internal Incident Reopen(HeardRegion by, IReadOnlyList<HeardRegion> regions, DateTimeOffset now) =>
        (this with { ResolvedAt = null, CalmSince = null, Waves = Waves + 1, Regions = [.. Regions.Select(r => r with { Receded = true })] })
        .Join(regions, now).Hear(by, now)
        .Tell(ChangeKind.Reopened, by, regions.Select(r => r.Region), now);

    internal IncidentRegion? Find(RegionCode region) => Regions.FirstOrDefault(r => r.Region == region);

    /// <summary>The same incident where nothing moved, so that hearing twice is seen to change nothing.</summary>
    internal Incident Hear(HeardRegion heard, DateTimeOffset now)
    {
        var known = Find(heard.Region);
        if (known is null && !heard.Region.IsAll) return this;

        var next = this;
        var peak = PeakOf(heard, now);
        if (Worse(peak, Peak)) next = next with { Peak = peak };
        if (known is null) return next;

        var part = known with { Level = heard.Verdict.Level };
        if (Worse(peak, known.Peak)) part = part with { Peak = peak };
        return part == known ? next : next with { Regions = next.Regions.Replace(known, part) };
    }

    internal Incident Spread(IReadOnlyList<HeardRegion> to, DateTimeOffset now) =>
        Join(to, now).Tell(ChangeKind.Spread, to[0], to.Select(r => r.Region), now);

    internal Incident Recede(IReadOnlyList<HeardRegion> from, DateTimeOffset now)
    {
        var gone = from.Select(r => r.Region).ToHashSet();
        return (this with { Regions = [.. Regions.Select(r => gone.Contains(r.Region) ? r with { Receded = true } : r)] })
            .Tell(ChangeKind.Receded, from[0], gone, now);
    }

    internal Incident Resolve(HeardRegion last, DateTimeOffset now) => (this with { ResolvedAt = now }).Tell(ChangeKind.Resolved, last, [], now);

    /// <summary>Ends it though nobody knows whether calm has come; the note says why.</summary>
    internal Incident End(string note, DateTimeOffset now)
    {
        var ended = (this with { BlindSince = null }).Resolve(new(OpenedBy, Verdict.Blind(now), now, Networks: 0, SpikeSince: null), now);
        return ended with { Notes = ended.Notes.Add(new(ended.Changes[^1].Sequence, now, note, Source: null)) };
    }

    private Incident Join(IEnumerable<HeardRegion> regions, DateTimeOffset now)
    {
        var joined = this;
        foreach (var region in regions)
        {
            joined = joined.Find(region.Region) is { } known
                ? joined with { Regions = joined.Regions.Replace(known, known with { Level = region.Verdict.Level, Receded = false }) }
                : joined with { Regions = joined.Regions.Add(Joining(region, now)) };
            joined = joined.Hear(region, now);
        }

        return joined;
    }

    private Incident Tell(ChangeKind kind, HeardRegion of, IEnumerable<RegionCode> regions, DateTimeOffset now)
    {
        var changes = Changes.Add(new(Changes[^1].Sequence + 1, kind, now, of.Region, of.Verdict, [.. regions]));
        return this with { Changes = changes.Length > ChangesKept ? changes.RemoveRange(0, changes.Length - ChangesKept) : changes };
    }

    private static IncidentRegion Joining(HeardRegion heard, DateTimeOffset now) =>
        new(heard.Region, heard.Verdict.Level, now, PeakOf(heard, now));

    private static IncidentPeak PeakOf(HeardRegion heard, DateTimeOffset now) => new(now, heard.Region, heard.Verdict, heard.Networks);

    private static bool Worse(IncidentPeak peak, IncidentPeak than) =>
        peak.Verdict.Level is Level.Spike or Level.Elevated && ExcessRate(peak.Verdict) > ExcessRate(than.Verdict);

    // Windows of different lengths decide at different moments: only the excess per second can be compared.
    private static double ExcessRate(Verdict verdict) =>
        (verdict.Observed - verdict.Expected) / Math.Max(verdict.Window.TotalSeconds, BucketGrid.TenSeconds.Length.TotalSeconds);
}
