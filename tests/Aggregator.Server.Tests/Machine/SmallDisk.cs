using System.Diagnostics;

namespace Aggregator.Server.Tests;

/// <summary>A file system of its own at a directory, in memory, which can be filled and emptied.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _directory;

    private SmallDisk(string directory) => _directory = directory;

    private string Ballast => Path.Combine(_directory, "ballast");

    /// <summary>Skips the test where one may not be mounted.</summary>
    public static async Task<SmallDisk> Mount(string directory, int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && await Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", directory), "No file system can be mounted here.");
        return new(directory);
    }

    /// <summary>Takes what is free but for this much.</summary>
    public async Task Fill(long leave)
    {
        await using var file = new FileStream(Ballast, FileMode.Append);
        var block = new byte[1 << 20];
        try
        {
            while (new DriveInfo(_directory).AvailableFreeSpace - leave is > 0 and var more) await file.WriteAsync(block.AsMemory(0, (int)Math.Min(block.Length, more)));
        }
        catch (IOException)
        {
            // Somebody else took the last of it.
        }
    }

    public void Empty() => File.Delete(Ballast);

    public async ValueTask DisposeAsync() => await Run("umount", "--lazy", _directory);

    private static async Task<bool> Run(string program, params string[] arguments)
    {
        using var running = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        await running.WaitForExitAsync();
        return running.ExitCode == 0;
    }
}
