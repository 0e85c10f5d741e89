using System.Text.Json;
using Aggregator.Domain;

namespace Aggregator.Simulator;

/// <summary>A line of a file of real reports.</summary>
internal sealed record FileReport(string Service, string? Region, string? Symptom, DateTimeOffset? At, string? Reporter, string? Network, int? Count);

/// <summary>What a whole file holds, learned in one pass without keeping it.</summary>
internal sealed record FileSummary(long Reports, DateTimeOffset First, DateTimeOffset Last, Named Named, IReadOnlyDictionary<SeriesKey, long> BySeries);

/// <summary>Reads a file of real reports (lines of <c>POST /v1/reports</c>, oldest first), one line at a time.</summary>
internal sealed class ReportFile(string path)
{
    /// <exception cref="UsageException">A line is not a report.</exception>
    public FileSummary Scan(DateTimeOffset? from, DateTimeOffset? to)
    {
        var symptoms = new Dictionary<string, SortedSet<string>>();
        var series = new Dictionary<SeriesKey, long>();
        var (reports, first, last) = (0L, (DateTimeOffset?)null, (DateTimeOffset?)null);
        foreach (var report in Between(from, to))
        {
            reports += report.Count ?? 1;
            first ??= report.At;
            if (report.At > last || last is null) last = report.At;
            if (!symptoms.TryGetValue(report.Service, out var named)) symptoms[report.Service] = named = [];
            if (report.Symptom is not null) named.Add(report.Symptom);
            var key = KeyOf(report);
            series[key] = series.GetValueOrDefault(key) + (report.Count ?? 1);
        }

        if (reports == 0) throw new UsageException($"{path} holds no reports{(from is null && to is null ? "" : " between --start and --end")}.");
        var start = from ?? first ?? default;
        return new(reports, start, last ?? start, new(symptoms, series.Keys.Select(key => key.Region.Value).ToHashSet()), series);
    }

    /// <summary>The reports again, each with the real moment at which it is due; one without a time is due with the one before it.</summary>
    public IEnumerable<LiveReport> Shifted(DateTimeOffset? from, DateTimeOffset? to, ReplayClock clock)
    {
        var due = clock.Live;
        foreach (var report in Between(from, to))
        {
            if (report.At is { } at) due = clock.ToReal(at);
            yield return new(due, report.Service, KeyOf(report).Region.Value, report.Symptom, report.Reporter, report.Network, report.Count ?? 1);
        }
    }

    /// <summary>The time of the first report that has one.</summary>
    public DateTimeOffset? FirstTime => All().FirstOrDefault(report => report.At is not null)?.At;

    private IEnumerable<FileReport> Between(DateTimeOffset? from, DateTimeOffset? to) =>
        All().Where(report => (from is null || report.At >= from) && (to is null || report.At < to));

    private IEnumerable<FileReport> All()
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) yield return Parse(line, number);
        }
    }

    private FileReport Parse(string line, int number)
    {
        try
        {
            var report = JsonSerializer.Deserialize<FileReport>(line, JsonSerializerOptions.Web);
            if (!ServiceKey.TryParse(report?.Service, out _)) throw new UsageException($"{path}, line {number}: '{report?.Service}' is not a service key.");
            if (report!.Region is not null && !RegionCode.TryParse(report.Region, out _)) throw new UsageException($"{path}, line {number}: '{report.Region}' is not a region.");
            if (report.Symptom is not null && !SymptomKey.TryParse(report.Symptom, out _)) throw new UsageException($"{path}, line {number}: '{report.Symptom}' is not a symptom.");
            return report with { At = report.At?.ToUniversalTime() };
        }
        catch (JsonException)
        {
            throw new UsageException($"{path}, line {number}: not a report such as {{\"service\":\"x\",\"region\":\"US\",\"symptom\":\"login\",\"at\":\"2026-06-16T16:53:18Z\"}}.");
        }
    }

    private static SeriesKey KeyOf(FileReport report) =>
        new(ServiceKey.Parse(report.Service), report.Region is null ? RegionCode.Elsewhere : RegionCode.Parse(report.Region));
}
