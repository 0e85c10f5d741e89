using System.Formats.Tar;

namespace Aggregator.Server;

internal sealed partial class EmbeddedStore
{
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
                files = [.. LastCheckpoint(), .. PutAside()];
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

    private List<(string Name, string Path)> PutAside()
    {
        Forget();
        var checkpoints = Path.Combine(_directory, Store, "Store", "checkpoints") + Path.DirectorySeparatorChar;
        var changing = Directory.EnumerateFiles(Path.Combine(_directory, Store), "*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(checkpoints, StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(_directory, "operator.key"));
        var files = new List<(string, string)>();
        foreach (var path in changing)
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
