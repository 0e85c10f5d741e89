using System.Runtime.InteropServices;

namespace Aggregator.Simulator;

/// <summary>Turns scores that come row by row into a trace, series after series, by way of a file: memory stays bounded, however long the trace.</summary>
/// <remarks>The file takes 4 bytes per score, as the trace does, and is gone afterwards. Not a number stands for a gap; in a trace it is 0.</remarks>
internal sealed class TraceBlocks : IDisposable
{
    private const int GroupScores = 1 << 24;

    private readonly FileStream _file;
    private readonly int _series;
    private readonly List<int> _blocks = [];

    /// <param name="folder">Where the file may lie.</param>
    /// <param name="series">How many scores there are in a row.</param>
    public TraceBlocks(string folder, int series)
    {
        _series = series;
        _file = new(Path.Combine(folder, $".{Guid.NewGuid():N}.part"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
    }

    public long Rows { get; private set; }

    /// <summary>Adds rows; the scores of a series stand side by side.</summary>
    public void Add(float[] scores, int stride, int rows)
    {
        for (var series = 0; series < _series; series++) _file.Write(MemoryMarshal.AsBytes(scores.AsSpan(series * stride, rows)));
        _blocks.Add(rows);
        Rows += rows;
    }

    public void WriteTo(Stream to)
    {
        foreach (var (scores, _) in Groups())
        {
            foreach (ref var score in scores.AsSpan())
                if (float.IsNaN(score)) score = 0;
            to.Write(MemoryMarshal.AsBytes(scores.AsSpan()));
        }
    }

    /// <summary>All scores by series, in memory.</summary>
    public float[][] ToArrays()
    {
        var all = new float[_series][];
        foreach (var (scores, first) in Groups())
            for (var i = 0; i * Rows < scores.Length; i++) all[first + i] = scores.AsSpan(i * (int)Rows, (int)Rows).ToArray();
        return all;
    }

    public void Dispose() => _file.Dispose();

    // So many series at a time as make a fair piece of memory; each block of the file holds them side by side.
    private IEnumerable<(float[] Scores, int First)> Groups()
    {
        _file.Flush();
        if (Rows == 0) yield break;
        if (Rows > Array.MaxLength / sizeof(float)) throw new UsageException($"A trace of {Rows} rows is too long.");
        var most = (int)Math.Max(1, GroupScores / Rows);
        for (var first = 0; first < _series; first += most)
        {
            var count = Math.Min(most, _series - first);
            var scores = new float[count * Rows];
            long block = 0, before = 0;
            foreach (var rows in _blocks)
            {
                var piece = new float[count * rows];
                _file.Position = sizeof(float) * (block + (long)first * rows);
                _file.ReadExactly(MemoryMarshal.AsBytes(piece.AsSpan()));
                for (var i = 0; i < count; i++) piece.AsSpan(i * rows, rows).CopyTo(scores.AsSpan((int)(i * Rows + before), rows));
                block += (long)_series * rows;
                before += rows;
            }

            yield return (scores, first);
        }
    }
}
