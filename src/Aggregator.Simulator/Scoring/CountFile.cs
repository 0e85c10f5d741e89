namespace Aggregator.Simulator;

/// <summary>Reads a table of counts: the first line names the series, columns are series, rows are buckets; an empty cell or -1 is a gap.</summary>
internal sealed class CountFile : IDisposable
{
    public const long Gap = -1;

    private readonly CsvText _text;
    private bool _ended;

    private CountFile(CsvText text, string path, IReadOnlyList<string> names) => (_text, Path, Names) = (text, path, names);

    public string Path { get; }

    public IReadOnlyList<string> Names { get; }

    /// <exception cref="UsageException">There is no such file, or its first line names no series.</exception>
    public static CountFile Open(string path)
    {
        var text = CsvText.Open(path);
        try
        {
            return new(text, path, ReadNames(text, path));
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next bucket, a count per series; false at the end.</summary>
    /// <exception cref="UsageException">The line is not such a row.</exception>
    public bool TryRead(Span<long> row)
    {
        if (_ended || !_text.TryRead(out var cell)) return false;
        if (Names.Count > 1 && _text.EndsLine && cell.IsWhiteSpace()) return SkipEmptyEnd(_text.Line);

        for (var column = 0; ; column++)
        {
            if (column < row.Length) row[column] = ToCount(cell);
            if (_text.EndsLine)
            {
                if (column + 1 == row.Length) return true;
                throw _text.LineFault($"{column + 1} cells where {row.Length} series are named.");
            }

            _text.TryRead(out cell);
        }
    }

    public void Dispose() => _text.Dispose();

    private static List<string> ReadNames(CsvText text, string path)
    {
        var names = new List<string>();
        var places = new Dictionary<string, int>();
        do
        {
            if (!text.TryRead(out var cell)) throw new UsageException($"{path} is empty: its first line names the series.");
            var name = cell.Trim().ToString();
            if (name.Length == 0) throw text.Fault("a series without a name.");
            if (!places.TryAdd(name, text.Column)) throw text.Fault($"the series {CsvText.Shown(name)} is there already, in column {places[name]}.");
            names.Add(name);
        }
        while (!text.EndsLine);
        return names;
    }

    // Empty lines are nothing at the end of a file; between rows they are a row that is missing.
    private bool SkipEmptyEnd(int empty)
    {
        while (_text.TryRead(out var cell))
            if (!cell.IsWhiteSpace() || !_text.EndsLine) throw _text.LineFault($"it is empty where {Names.Count} series are named.", empty);
        _ended = true;
        return false;
    }

    private long ToCount(ReadOnlySpan<char> cell)
    {
        var text = cell.Trim();
        if (text.IsEmpty || text is "-1") return Gap;

        long count = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) throw Fault($"{CsvText.Shown(text)} is not a count: 0, 1, 2 and so on, nothing or -1 for a gap.");
            var digit = c - '0';
            if (count > (long.MaxValue - digit) / 10) throw Fault($"{CsvText.Shown(text)} is more than {long.MaxValue}.");
            count = 10 * count + digit;
        }

        return count;
    }

    private UsageException Fault(string what) => _text.Fault($"({CsvText.Shown(Names[_text.Column - 1])[1..^1]}) {what}");
}
