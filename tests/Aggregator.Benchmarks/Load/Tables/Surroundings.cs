using System.Reflection;
using System.Runtime.InteropServices;

namespace Aggregator.Benchmarks;

/// <summary>Where and how numbers were taken: without it they say little.</summary>
internal static class Surroundings
{
    public static string Describe(LoadOptions options, Generator generator, IEnumerable<string> arguments) => string.Join('\n',
    [
        $"- command: `dotnet run -c Release --project tests/Aggregator.Benchmarks -- {string.Join(' ', arguments)}`",
        $"- date: {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC, version {Version}",
        $"- machine: {Processor}, {Environment.ProcessorCount} cores shared by server, store and generator; load average at the start {Busy}; {RuntimeInformation.OSDescription}, .NET {Environment.Version}",
        $"- generator: {generator.Description}, {generator.Connections} connections, closed loop",
        $"- rounds: {options.Rounds}, interleaved; each turn starts its server anew without data, warms it up for {options.WarmUp.TotalSeconds:0} s with the same load, and measures {options.Time.TotalSeconds:0} s",
        "- numbers: median (smallest - largest) of the rounds; a ratio is that of the same round",
        "",
    ]);

    private static string Version => typeof(Surroundings).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static string Processor => Line("/proc/cpuinfo", "model name")?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string Busy => Line("/proc/loadavg", "")?.Split(' ')[0] ?? "unknown";

    private static string? Line(string file, string beginning) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal)) : null;
}
