namespace Aggregator.Benchmarks;

/// <summary>Programs of the machine that a run uses where there are any.</summary>
internal static class Programs
{
    public static string? Wrk { get; } = Find("wrk");

    public static string? RedisServer { get; } = Find("redis-server");

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}
