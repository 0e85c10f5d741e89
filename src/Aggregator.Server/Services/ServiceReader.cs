using System.Collections.Immutable;
using System.Globalization;
using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>Puts together what is said of services, for the API and the pages.</summary>
internal sealed class ServiceReader(Catalog catalog, SnapshotCache snapshots, IGrainFactory grains, ReportStore store, TimeProvider clock)
{
    private static readonly string[] Windows = ["1m", "5m", "15m", "1h", "24h"];
    private static readonly TimeSpan Recent = TimeSpan.FromHours(24);

    // People do not wait for a store that hangs: what is in memory answers.
    private static readonly TimeSpan StorePatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RegionPatience = TimeSpan.FromSeconds(2);

    // A machine that is merely busy is waited for until the call itself gives up: slow is not blind.
    private TimeSpan Patience => snapshots.Latest is { Shut: true } or { Blind: true } ? RegionPatience : Timeout.InfiniteTimeSpan;

    public ServicesAnswer List(string? search, IReadOnlyList<Level>? levels, int cursor, int limit)
    {
        var snapshot = snapshots.Latest;
        var found = (search is null ? catalog.Services : ServiceSearch.Matching(catalog.Services, search).Select(match => match.Service))
            .Select(service => Summarize(service, snapshot))
            .Where(service => levels is null || levels.Contains(service.Level))
            .OrderByDescending(service => service.Level)
            .ThenByDescending(service => service.Reports15m)
            .ThenBy(service => service.Name, StringComparer.OrdinalIgnoreCase);

        var page = found.Skip(cursor).Take(limit + 1).ToList();
        var next = page.Count > limit ? (cursor + limit).ToString(CultureInfo.InvariantCulture) : null;
        return new(snapshot.At, [.. page.Take(limit)], next);
    }

    /// <summary>Services as people name them, those in trouble first and the nearest next.</summary>
    public IReadOnlyList<FoundService> Search(string query) => ServiceSearch.Find(catalog.Services, query, snapshots.Latest.LevelOf);

    /// <summary>Services at <see cref="Level.Spike"/> whose last window is as usual again, wherever they are at it.</summary>
    public IReadOnlySet<string> Easing()
    {
        var snapshot = snapshots.Latest;
        return snapshot.Blind ? new HashSet<string>() : snapshot.Services.Values
            .Where(standing => standing.Level == Level.Spike && standing.Regions.Where(region => region.Verdict.Level == Level.Spike).All(region => Wording.Eases(region.Verdict.ToDomain())))
            .Select(standing => standing.Service).ToHashSet();
    }

    public SpikesAnswer Spikes(string? service, string? region, IReadOnlyList<Level> levels)
    {
        var snapshot = snapshots.Latest;
        var spikes =
            from standing in snapshot.Services.Values
            where (service is null || standing.Service == service) && ServiceKey.TryParse(standing.Service, out var key) && catalog.Find(key) is not null
            from restless in standing.Regions
            let verdict = snapshot.Blind ? Verdict.Blind(snapshot.At) : restless.Verdict.ToDomain()
            where (region is null || restless.Region == region) && levels.Contains(verdict.Level)
            orderby verdict.Level descending, verdict.Score descending, standing.Service, restless.Region
            let evidence = EvidenceAnswer.Now(restless.Region, verdict, restless.Networks, snapshot.At)
            select new SpikeAnswer(
                standing.Service, restless.Region, verdict.Level, verdict.Reason, evidence.Observed, evidence.Expected, evidence.Ratio, evidence.Networks,
                verdict.Since, standing.OpenIncident?.Id, evidence.Usual, evidence.Window, evidence.Onset, evidence.Score, evidence.Chance, evidence.Sentence);
        return new(snapshot.At, [.. spikes], snapshot.SeesAll);
    }

    public async Task<ServiceAnswer> Read(CatalogService service)
    {
        var snapshot = snapshots.Latest;
        var summary = Summarize(service, snapshot);
        var all = await Glance(new(ServiceKey.Parse(service.Service), RegionCode.All));
        var standing = snapshot.Find(service.Service);
        var reports = ByWindow(all.Reports);
        var expected = ByWindow(all.Expected.Select(Round));
        var worst = standing?.Regions.OrderByDescending(region => region.Verdict.Level).ThenByDescending(region => region.Verdict.Score).FirstOrDefault()
            ?? new RegionStanding(RegionCode.All.Value, all.Verdict, all.VerdictNetworks);
        // A board that has lost sight of the service, or has not woken it yet, knows nothing of the regions either.
        var verdict = summary.Level == Level.Unknown && worst.Verdict.Level != Level.Unknown ? Verdict.Blind(snapshot.At) : worst.Verdict.ToDomain();
        // Just woken after a time without sight, it has told the board nothing yet.
        var level = standing is null && verdict.Level == Level.Unknown ? Level.Unknown : summary.Level;
        return new(
            clock.GetUtcNow(), service.Service, service.Name, service.Category, service.Homepage,
            level, verdict.Reason, standing?.Since ?? all.Verdict.Since,
            reports.TryGetValue("15m", out var lately) ? lately : summary.Reports15m, expected.TryGetValue("15m", out var usual) ? usual : summary.Expected15m, summary.RegionsInSpike, summary.Incident,
            reports, expected, service.Symptoms.ToDictionary(symptom => symptom, symptom => all.Symptoms.GetValueOrDefault(symptom)),
            all.Spark.IsEmpty ? summary.Spark : all.Spark,
            standing?.OpenIncident is { } open ? IncidentAnswers.From(open) : null,
            EvidenceAnswer.Now(worst.Region, verdict, worst.Networks, snapshot.At), service.ShowsComments, service.Aliases);
    }

    public async Task<RegionsAnswer> Regions(ServiceKey service)
    {
        var codes = await Codes(service);
        var regions = await Task.WhenAll(codes.Select(code => Region(service, code)));
        return new(clock.GetUtcNow(), service.Value,
            [.. regions.OrderByDescending(region => region.Level).ThenByDescending(region => region.Reports.GetValueOrDefault("15m")).ThenByDescending(region => region.Reports.GetValueOrDefault("24h")).ThenBy(region => region.Name, StringComparer.Ordinal)]);
    }

    public async Task<RegionAnswer> Region(ServiceKey service, RegionCode region)
    {
        var read = await Glance(new(service, region));
        return new(
            read.Region, catalog.NameOf(read.Region), read.Verdict.Level, read.Verdict.Reason, read.Verdict.Since,
            ByWindow(read.Reports), ByWindow(read.Expected.Select(Round)), read.Symptoms, read.Networks,
            EvidenceAnswer.Now(read.Region, read.Verdict.ToDomain(), read.VerdictNetworks, clock.GetUtcNow()));
    }

    // A region that sleeps asks the store when it wakes. While that does not answer it is out of sight and has no numbers; those that are awake have.
    private async Task<RegionSnapshot> Glance(SeriesKey series)
    {
        try
        {
            return await grains.GetGrain<IRegionGrain>(series.ToString()).Read().WaitAsync(Patience, clock);
        }
        catch (Exception error) when (IsAway(error))
        {
            return new(series.Region.Value, VerdictDocument.From(Verdict.Blind(clock.GetUtcNow())), [], [], ImmutableDictionary<string, long>.Empty, 0, [], 0);
        }
    }

    private async Task<List<RegionCode>> Codes(ServiceKey service)
    {
        try
        {
            // Regions that are only known from imported history count: they have a baseline to show.
            var kept = await store.ReadRegions(service).WaitAsync(StorePatience, clock);
            return [.. kept.Where(region => region.Value is null || region.Value > clock.GetUtcNow() - Recent).Select(region => region.Key)];
        }
        catch (Exception error) when (StoreFaults.Caused(error))
        {
            return await Told(service);
        }
    }

    private async Task<List<RegionCode>> Told(ServiceKey service)
    {
        try
        {
            var told = await grains.GetGrain<IServiceGrain>(service.Value).Regions().WaitAsync(Patience, clock);
            return [.. told.Select(RegionCode.Parse).Where(region => !region.IsAll)];
        }
        catch (Exception error) when (IsAway(error))
        {
            // The service sleeps as well: nothing is known of any region.
            return [];
        }
    }

    // What cannot wake without the store fails in the words of whoever asked it.
    private static bool IsAway(Exception error) => error is OrleansException || StoreFaults.Caused(error);

    private static ServiceSummary Summarize(CatalogService service, Snapshot snapshot)
    {
        var standing = snapshot.Find(service.Service);
        return new(
            service.Service, service.Name, snapshot.LevelOf(service.Service), standing?.Reports15m ?? 0, standing?.Expected15m ?? 0,
            snapshot.Blind ? 0 : standing?.Regions.Count(region => region.Verdict.Level == Level.Spike && region.Region != RegionCode.All.Value) ?? 0,
            standing?.OpenIncident?.Id, standing?.Spark ?? []);
    }

    private static Dictionary<string, T> ByWindow<T>(IEnumerable<T> values) => Windows.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);

    private static double Round(double value) => Math.Round(value, 2);
}
