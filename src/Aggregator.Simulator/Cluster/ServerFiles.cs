using System.Diagnostics;

namespace Aggregator.Simulator;

/// <summary>Where the server is that a cluster runs.</summary>
internal static class ServerFiles
{
    private const string Program = "Aggregator.Server.dll";
    private const string Project = "src/Aggregator.Server/Aggregator.Server.csproj";

    /// <summary>The server's program: the one that was named, or the one beside this program; in a source tree it is built first, so that it is never older than its sources.</summary>
    public static async Task<string> Find(string? named, CancellationToken cancel)
    {
        if (named is not null) return File.Exists(named) ? named : throw new UsageException($"--server: there is no file '{named}'.");
        var beside = Path.Combine(AppContext.BaseDirectory, Program);
        if (File.Exists(beside)) return beside;

        // artifacts/bin/Aggregator.Simulator/<configuration>/ has its neighbour at artifacts/bin/Aggregator.Server/<configuration>/.
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        for (var folder = output.Parent; folder is not null; folder = folder.Parent)
        {
            var project = Path.Combine(folder.FullName, Project);
            if (!File.Exists(project)) continue;
            await Build(project, output.Name, cancel);
            return Path.Combine(folder.FullName, "artifacts", "bin", "Aggregator.Server", output.Name, Program);
        }

        throw new UsageException($"There is no {Program} beside this program and no sources around it: name one with --server.");
    }

    private static async Task Build(string project, string configuration, CancellationToken cancel)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", project, "--configuration", configuration, "--verbosity", "quiet", "--nologo"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var said = await build.StandardOutput.ReadToEndAsync(cancel);
        await build.WaitForExitAsync(cancel);
        if (build.ExitCode != 0) throw new UsageException($"The server does not build:{Environment.NewLine}{said}");
    }
}
