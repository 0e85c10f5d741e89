using System.Formats.Tar;

namespace Aggregator.Server;

internal sealed partial class EmbeddedStore
{
    private const int LooksAtMost = 50;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Where what still changes is put aside, so that nobody has to wait for the reader of a backup.
    private string Aside => Path.Combine(_directory, "backup.new");

    /// <summary>Writes everything that a start needs, as it is at one moment, as a tar of the data directory.</summary>
    /// <remarks>
    /// A copy of the directory made from outside may hold a log from after a checkpoint together with the checkpoint before it: it starts, and counts are missing.
    /// So a checkpoint is taken first, and what others still write to, by then a nearly empty log, is copied before they are let in again.
    /// The checkpoint itself is never written to; no other one is taken, and so none is deleted, until all is sent.
    /// </remarks>
    public async Task Backup(Stream to, CancellationToken cancel)
    {
        await _oneCheckpoint.WaitAsync(cancel);
        try
        {
            List<(string Name, string Path)> files;
            try
            {
                await _gate.Close();
                await _own.GetDatabase().ExecuteAsync("SAVE");
                await _own.GetDatabase().ExecuteAsync("COMMITAOF");
                files = [.. await PutAside(cancel), .. LastCheckpoint()];
            }
            finally
            {
                _gate.Open();
            }

            await using var tar = new TarWriter(to, leaveOpen: true);
            foreach (var (name, path) in files)
            {
                await using var data = File.OpenRead(path);
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data, Mode = OwnersFile }, cancel);
            }
        }
        finally
        {
            Forget();
            _oneCheckpoint.Release();
        }
    }

    /// <summary>The files of the last checkpoint: those of an earlier one may go at any moment.</summary>
    private IEnumerable<(string Name, string Path)> LastCheckpoint()
    {
        var checkpoints = Path.Combine(_directory, Store, "Store", "checkpoints");
        var last = new DirectoryInfo(Path.Combine(checkpoints, "cpr-checkpoints")).EnumerateDirectories().MaxBy(directory => directory.LastWriteTimeUtc)
            ?? throw new IOException($"There is no checkpoint in {checkpoints}.");
        return Directory.EnumerateDirectories(checkpoints)
            .SelectMany(kind => Directory.EnumerateFiles(Path.Combine(kind, last.Name), "*", SearchOption.AllDirectories))
            .Select(path => (Name(path, _directory), path));
    }

    /// <summary>Nobody writes but the store itself, which still tidies up after the checkpoint: it is done when a copy began and ended with the same files.</summary>
    private async Task<List<(string Name, string Path)>> PutAside(CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var before = Changing();
                var files = Copy(before);
                if (Changing().SequenceEqual(before)) return files;
            }
            catch (FileNotFoundException) when (attempt < LooksAtMost)
            {
                // Tidied away under our hands.
            }

            if (attempt == LooksAtMost) throw new IOException("The store does not come to rest after a checkpoint; no backup was made.");
            await Task.Delay(LookAgain, _clock, cancel);
        }
    }

    /// <summary>What is written to at any time: the log, and what did not fit into memory. With how they look, to see whether they were.</summary>
    private List<(string Path, long Length, DateTime Written)> Changing()
    {
        var checkpoints = Path.Combine(_directory, Store, "Store", "checkpoints") + Path.DirectorySeparatorChar;
        return
        [
            .. new DirectoryInfo(Path.Combine(_directory, Store)).EnumerateFiles("*", SearchOption.AllDirectories)
                .Where(file => !file.FullName.StartsWith(checkpoints, StringComparison.Ordinal))
                .Concat(new DirectoryInfo(_directory).EnumerateFiles("operator.key"))
                .Select(file => (file.FullName, file.Length, file.LastWriteTimeUtc)).OrderBy(file => file.FullName, StringComparer.Ordinal),
        ];
    }

    private List<(string Name, string Path)> Copy(List<(string Path, long Length, DateTime Written)> changing)
    {
        Forget();
        var files = new List<(string, string)>();
        foreach (var (path, _, _) in changing)
        {
            var copy = Path.Combine(Aside, Path.GetRelativePath(_directory, path));
            CreatePrivate(Path.GetDirectoryName(copy)!);
            using var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var to = new FileStream(copy, FileMode.CreateNew);
            from.CopyTo(to);
            files.Add((Name(path, _directory), copy));
        }

        return files;
    }

    private void Forget()
    {
        if (Directory.Exists(Aside)) Directory.Delete(Aside, recursive: true);
    }

    private static string Name(string path, string directory) => Path.GetRelativePath(directory, path).Replace(Path.DirectorySeparatorChar, '/');
}
