using System.Text.RegularExpressions;

namespace Aggregator.Server.Tests;

/// <summary>What deploy/ has for Prometheus and Grafana.</summary>
internal static partial class MonitoringFiles
{
    public static string Rules { get; } = Repository.File("deploy/prometheus/rules.yml");

    public static string RulesTest { get; } = Repository.File("deploy/prometheus/rules.test.yml");

    public static string Folder { get; } = Repository.File("deploy/prometheus");

    public static string Dashboard { get; } = Repository.File("deploy/grafana/dashboards/aggregator.json");

    /// <summary>The queries of the dashboard's panels, as Grafana would send them for all servers.</summary>
    public static IReadOnlyList<(string Panel, string Query)> Queries { get; } = Read();

    /// <summary>The series that the rules are tried on, and what each begins with: a number, or <c>_</c> for nothing.</summary>
    public static IReadOnlyList<(string Series, string First)> TriedSeries { get; } =
        [.. Tried().Matches(File.ReadAllText(RulesTest)).Select(match => (Scrape.Key(match.Groups["series"].Value), match.Groups["first"].Value))];

    /// <summary>The metrics that a text names.</summary>
    public static IEnumerable<string> MetricsIn(string text) => Metric().Matches(text).Select(match => match.Value).Distinct();

    private static List<(string, string)> Read()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Dashboard));
        var panels = dashboard.RootElement.List("panels").Where(panel => panel.TryGetProperty("targets", out _));
        return [.. panels.SelectMany(panel => panel.List("targets").Select(target => (
            panel.Text("title")!, target.Text("expr")!.Replace("$__rate_interval", "30s", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal))))];
    }

    [GeneratedRegex("series: '(?<series>[^']+)', values: (?<first>_|[0-9]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tried();

    [GeneratedRegex("\\b(aggregator|http_server|kestrel|orleans|dotnet)_[a-z0-9_]+(?=[{\\[ )]|$)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Metric();
}
