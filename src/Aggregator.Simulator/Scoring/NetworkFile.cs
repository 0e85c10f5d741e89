namespace Aggregator.Simulator;

/// <summary>New networks by bucket and series, in a table of the same shape as the counts; the columns may come in another order.</summary>
internal sealed class NetworkFile : IDisposable
{
    private readonly CountFile _file;
    private readonly long[] _row;
    private readonly int[] _columns;
    private readonly string _counts;

    private NetworkFile(CountFile file, CountFile counts)
    {
        (_file, _counts, _row) = (file, counts.Path, new long[file.Names.Count]);
        var places = file.Names.Select((name, place) => (name, place)).ToDictionary(named => named.name, named => named.place);
        _columns = [.. counts.Names.Select(name => places.TryGetValue(name, out var place) ? place : throw Fault($"it does not have the series {CsvText.Shown(name)}"))];
        if (file.Names.Count > _columns.Length) throw Fault($"it has {file.Names.Count} series where there are {_columns.Length}");
    }

    public static NetworkFile Open(string path, CountFile counts)
    {
        var file = CountFile.Open(path);
        try
        {
            return new(file, counts);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The next row, in the order of the counts; nothing known is none.</summary>
    public void Read(int[] networks)
    {
        if (!_file.TryRead(_row)) throw Fault("it has fewer rows");
        for (var column = 0; column < networks.Length; column++) networks[column] = (int)Math.Clamp(_row[_columns[column]], 0, int.MaxValue);
    }

    /// <summary>There is to be no row left.</summary>
    public void End()
    {
        if (_file.TryRead(_row)) throw Fault("it has more rows");
    }

    public void Dispose() => _file.Dispose();

    private UsageException Fault(string what) => new($"--networks {_file.Path} does not belong to {_counts}: {what}.");
}
