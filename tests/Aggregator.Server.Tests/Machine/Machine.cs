namespace Aggregator.Server.Tests;

/// <summary>What this machine has; tests that need what it lacks are skipped, and say so.</summary>
internal static class Machine
{
    public static string? RedisServer { get; } = Find("redis-server");

    public static string? RedisCli { get; } = Find("redis-cli");

    public static string? Prometheus { get; } = Find("prometheus");

    public static string? Promtool { get; } = Find("promtool");

    /// <summary>Of iproute2.</summary>
    public static string? Ip { get; } = Find("ip");

    public static string? Chromium { get; } = Find("chromium", "chromium-browser", "google-chrome");

    private static string? Find(params string[] names)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
