namespace Aggregator.Server.Tests;

/// <summary>What this machine has that not every machine has.</summary>
/// <example><c>Assert.SkipUnless(Machine.HasRedisServer, Machine.NoRedisServer);</c></example>
internal static class Machine
{
    public const string NoRedisServer = "needs redis-server, which is not on the PATH";
    public const string NoChromium = "needs chromium, which is not on the PATH";

    /// <summary>Where redis-server is, or null.</summary>
    public static string? RedisServer { get; } = Find("redis-server");

    /// <summary>Where Chromium is, or null.</summary>
    public static string? Chromium { get; } = Find("chromium") ?? Find("chromium-browser");

    public static bool HasRedisServer => RedisServer is not null;

    public static bool HasChromium => Chromium is not null;

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? program + ".exe" : program))
            .FirstOrDefault(File.Exists);
}
