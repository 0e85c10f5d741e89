namespace Aggregator.Benchmarks;

/// <summary>A directory that is gone after its use.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("aggregator-benchmarks-").FullName;

    /// <summary>Bytes of the files in it.</summary>
    public long Size => new DirectoryInfo(Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
