using System.Reflection;

namespace Aggregator.Domain.Tests;

public class HouseRules
{
    [Fact]
    public void The_domain_references_nothing_but_the_base_library() =>
        Assert.All(ReferencesOf(typeof(Tally).Assembly), r => Assert.StartsWith("System.", r));

    [Fact]
    public void The_domain_asks_no_clock_and_touches_nothing_outside()
    {
        string[] strangers = ["System.Console", "System.Net", "System.IO.FileSystem", "System.Data", "System.Diagnostics.Process", "System.Threading.Thread"];
        Assert.DoesNotContain(ReferencesOf(typeof(Tally).Assembly), r => strangers.Any(s => r.StartsWith(s, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_simulator_speaks_to_the_server_from_outside_and_never_references_the_grains() =>
        Assert.DoesNotContain("Aggregator.Grains", ReferencesOf(Assembly.Load("Aggregator.Simulator")));

    [Fact]
    public void The_domain_is_one_namespace() =>
        Assert.All(typeof(Tally).Assembly.GetExportedTypes(), t => Assert.Equal("Aggregator.Domain", t.Namespace));

    private static IEnumerable<string> ReferencesOf(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);
}
