namespace Aggregator.Simulator;

/// <summary>A file that is there as a whole or not at all: it is written under another name and takes its own at the end.</summary>
internal sealed class PartFile : IDisposable
{
    private readonly string _path;
    private readonly string? _part;
    private bool _kept;

    public PartFile(string path, string option)
    {
        _path = Path.GetFullPath(path);
        if (Directory.Exists(_path)) throw new UsageException($"{option}: '{path}' is a folder.");
        Folder = Path.GetDirectoryName(_path)!;
        if (!Directory.Exists(Folder)) throw new UsageException($"{option}: there is no folder '{Folder}'.");

        // A device is no file that could be replaced.
        _part = _path.StartsWith("/dev/", StringComparison.Ordinal) ? null : $"{_path}.{Guid.NewGuid():N}.part";
        try
        {
            Stream = new(_part ?? _path, _part is null ? FileMode.Open : FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16);
        }
        catch (Exception stop) when (stop is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option}: '{path}' cannot be written: {stop.Message}");
        }
    }

    public FileStream Stream { get; }

    /// <summary>The folder it lies in, or will lie in.</summary>
    public string Folder { get; }

    public void Keep()
    {
        Stream.Dispose();
        if (_part is not null) File.Move(_part, _path, overwrite: true);
        _kept = true;
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_kept && _part is not null) File.Delete(_part);
    }
}
