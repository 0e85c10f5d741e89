namespace Aggregator.Domain;

public sealed partial record Incident
{
    private const int ChangesKept = 200;

    internal static Incident Begin(ServiceKey service, HeardRegion by, IEnumerable<HeardRegion> regions, DateTimeOffset now) => new(
        $"{service}-{now.UtcDateTime:yyyyMMdd-HHmmss}", service, now, ResolvedAt: null, by.Verdict, by.Region, PeakOf(by, now),
        [.. regions.Select(r => Joining(r, now))], [new(1, ChangeKind.Opened, now, by.Region, by.Verdict)], CalmSince: null, by.Networks);

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

    internal Incident Spread(HeardRegion to, DateTimeOffset now) =>
        (Find(to.Region) is { } known
            ? this with { Regions = Regions.Replace(known, known with { Level = to.Verdict.Level, Receded = false }) }
            : this with { Regions = Regions.Add(Joining(to, now)) })
        .Hear(to, now)
        .Tell(ChangeKind.Spread, to.Region, to.Verdict, now);

    internal Incident Recede(IncidentRegion region, Verdict verdict, DateTimeOffset now) =>
        (this with { Regions = Regions.Replace(region, region with { Receded = true }) })
        .Tell(ChangeKind.Receded, region.Region, verdict, now);

    internal Incident Resolve(RegionCode region, Verdict verdict, DateTimeOffset now) =>
        (this with { ResolvedAt = now }).Tell(ChangeKind.Resolved, region, verdict, now);

    private Incident Tell(ChangeKind kind, RegionCode region, Verdict verdict, DateTimeOffset now)
    {
        var changes = Changes.Add(new(Changes[^1].Sequence + 1, kind, now, region, verdict));
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
