using System.Globalization;
using System.Text.RegularExpressions;

namespace Aggregator.Server.Tests;

/// <summary>The product's own series as Prometheus reads them from a server: name and labels, and the value.</summary>
internal sealed partial record Scrape(string Text, IReadOnlyDictionary<string, double> Series)
{
    /// <summary>The same on every server, so nobody asks for it; an instance is what Prometheus adds.</summary>
    private static readonly string[] LeftOut = ["otel_scope_name", "instance"];

    public static async Task<Scrape> Of(HttpClient http)
    {
        var lines = (await http.GetStringAsync("/metrics")).Split('\n').Where(line => line.Contains("aggregator_", StringComparison.Ordinal)).ToList();
        var series = lines.Where(line => line[0] != '#').Select(line => (Name: line[..line.LastIndexOf(' ')], Value: line[(line.LastIndexOf(' ') + 1)..]));
        return new(string.Join('\n', lines) + '\n', series.ToDictionary(one => Key(one.Name), one => double.Parse(one.Value, CultureInfo.InvariantCulture)));
    }

    /// <summary>A series with its labels in order, such as <c>name{a="1",b="2"}</c>.</summary>
    public static string Key(string series)
    {
        var labels = Label().Matches(series).Where(label => !LeftOut.Contains(label.Groups["name"].Value)).Select(label => label.Value).Order(StringComparer.Ordinal).ToList();
        return series.Split('{')[0] + (labels.Count == 0 ? "" : $"{{{string.Join(',', labels)}}}");
    }

    [GeneratedRegex("(?<name>[a-z_]+)=\"[^\"]*\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();
}
