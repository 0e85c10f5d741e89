using System.Text.RegularExpressions;

namespace Aggregator.Server.Tests;

/// <summary>What SECURITY.md claims is held by the tests it names.</summary>
public sealed partial class SecurityLedger
{
    [Fact]
    public async Task Every_test_that_is_named_exists_and_every_risk_names_one()
    {
        var text = await File.ReadAllTextAsync(Repository.File("SECURITY.md"));
        var tests = typeof(SecurityLedger).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttributes(inherit: false).Any(attribute => attribute is FactAttribute)).Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet(StringComparer.Ordinal);

        Assert.All(Tests().Matches(text), named => Assert.Contains(named.Groups["test"].Value, tests));
        var rows = text.Split('\n').Where(line => line.StartsWith("| API", StringComparison.Ordinal)).ToList();
        Assert.Equal(Enumerable.Range(1, 10).Select(n => $"| API{n}:2023 "), rows.Select(row => row[..row.IndexOf(' ', 2)] + " "));
        Assert.All(rows, row => Assert.Matches(Tests(), row));
    }

    [GeneratedRegex("`(?<test>[A-Z][A-Za-z]+\\.[A-Z]\\w+_\\w+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tests();
}
