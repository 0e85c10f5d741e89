namespace Aggregator.Server.Tests;

/// <summary>The files that others read, kept true by tests. <c>UPDATE_LEDGERS=1</c> writes them anew.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static bool Updates => Environment.GetEnvironmentVariable("UPDATE_LEDGERS") == "1";

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Aggregator.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
