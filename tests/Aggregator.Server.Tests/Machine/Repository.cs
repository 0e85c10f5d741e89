namespace Aggregator.Server.Tests;

/// <summary>The folder that the tests are built from.</summary>
internal static class Repository
{
    private static readonly string Root = Find();

    /// <param name="path">From the root, with slashes.</param>
    public static string File(string path) => Path.Combine([Root, .. path.Split('/')]);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "Aggregator.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
