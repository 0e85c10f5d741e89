namespace Aggregator.Domain;

public sealed partial record Incident
{
    private const int ChangesKept = 200;

    internal static Incident Begin(ServiceKey service, HeardRegion by, IEnumerable<HeardRegion> regions, DateTimeOffset now) => new(
        $"{service}-{now.UtcDateTime:yyyyMMdd-HHmmss}", service, now, ResolvedAt: null, by.Verdict, by.Region, PeakOf(by.Verdict, now),
        [.. regions.Select(r => Joining(r, now))], [new(1, ChangeKind.Opened, now, by.Region, by.Verdict)], CalmSince: null);

    internal IncidentRegion? Find(RegionCode region) => Regions.FirstOrDefault(r => r.Region == region);

    /// <summary>The same incident where nothing moved, so that hearing twice is seen to change nothing.</summary>
    internal Incident Hear(RegionCode region, Verdict verdict, DateTimeOffset now)
    {
        var known = Find(region);
        if (known is null && !region.IsAll) return this;

        var next = this;
        var peak = PeakOf(verdict, now);
        if (Worse(peak, verdict, Peak)) next = next with { Peak = peak };
        if (known is null) return next;

        var heard = known with { Level = verdict.Level };
        if (Worse(peak, verdict, known.Peak)) heard = heard with { Peak = peak };
        return heard == known ? next : next with { Regions = next.Regions.Replace(known, heard) };
    }

    internal Incident Spread(HeardRegion to, DateTimeOffset now) =>
        (Find(to.Region) is { } known
            ? this with { Regions = Regions.Replace(known, known with { Level = to.Verdict.Level, Receded = false }) }
            : this with { Regions = Regions.Add(Joining(to, now)) })
        .Hear(to.Region, to.Verdict, now)
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
        new(heard.Region, heard.Verdict.Level, now, PeakOf(heard.Verdict, now));

    private static IncidentPeak PeakOf(Verdict verdict, DateTimeOffset now) =>
        new(now, verdict.Observed, verdict.Expected, verdict.Window);

    private static bool Worse(IncidentPeak peak, Verdict verdict, IncidentPeak than) =>
        verdict.Level is Level.Spike or Level.Elevated && ExcessRate(peak) > ExcessRate(than);

    // Windows of different lengths decide at different moments: only the excess per second can be compared.
    private static double ExcessRate(IncidentPeak peak) =>
        (peak.Observed - peak.Expected) / Math.Max(peak.Window.TotalSeconds, BucketGrid.TenSeconds.Length.TotalSeconds);
}
