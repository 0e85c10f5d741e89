using System.Globalization;

namespace Aggregator.Simulator;

/// <summary>What lies beside a file of counts: <c>sim_labels.csv</c> and <c>sim_series.csv</c> beside <c>sim_counts.csv.gz</c>.</summary>
/// <param name="Labels">What happened; null where nobody said so.</param>
/// <param name="Series">The true means; null where nobody knows.</param>
internal sealed record LabelledFiles(string? Labels, string? Series)
{
    public static LabelledFiles Beside(string counts)
    {
        var stem = StemOf(counts);
        return new(Existing(stem + "_labels.csv"), Existing(stem + "_series.csv"));
    }

    /// <summary>The path without <c>_counts</c>, <c>.csv</c> and <c>.gz</c>.</summary>
    public static string StemOf(string path)
    {
        foreach (var ending in new[] { ".gz", ".csv", "_counts" })
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) path = path[..^ending.Length];
        return path;
    }

    /// <summary>Counts and truth together, in memory.</summary>
    public static LabelledSet Read(string counts, TimeSpan interval)
    {
        var beside = Beside(counts);
        using var file = CountFile.Open(counts);
        var rows = new List<int>[file.Names.Count];
        for (var series = 0; series < rows.Length; series++) rows[series] = [];
        var row = new long[rows.Length];
        while (file.TryRead(row))
            for (var series = 0; series < rows.Length; series++) rows[series].Add((int)Math.Min(row[series], int.MaxValue));
        int[][] table = [.. rows.Select(values => values.ToArray())];
        return new(file.Names, beside.ReadMeans(file.Names), beside.ReadEpisodes(file.Names, out _), interval, table);
    }

    /// <summary>The episodes of the series named; those of others are left out.</summary>
    public IReadOnlyList<LabelledEpisode> ReadEpisodes(IReadOnlyList<string> names, out int leftOut)
    {
        leftOut = 0;
        var episodes = new List<LabelledEpisode>();
        if (Labels is null) return episodes;
        var places = PlacesOf(names);
        foreach (var row in Rows(Labels, ["series", "start_min", "end_min", "kind", "z15", "class"]))
        {
            var (start, end, z) = (row.Number(1), row.Number(2), row.Number(4));
            if (start < 0 || end < start) throw row.Fault($"it lasts from {start} to {end}.");
            var kind = row.Number(5);
            if (kind is not (0 or 1 or 2 or 3)) throw row.Fault($"class {kind} is none of 0 (incident), 1 (optional), 2 (bot burst) and 3 (busy day).");
            if (places.TryGetValue(row.Text(0), out var series)) episodes.Add(new(series, start, end, row.Text(3), z, (LabelClass)(int)kind));
            else leftOut++;
        }

        return episodes;
    }

    /// <summary>The true means of the series named, not a number where there is none.</summary>
    public double[] ReadMeans(IReadOnlyList<string> names)
    {
        var means = new double[names.Count];
        Array.Fill(means, double.NaN);
        if (Series is null) return means;
        var places = PlacesOf(names);
        foreach (var row in Rows(Series, ["series", "true_mean_per_min"]))
            if (places.TryGetValue(row.Text(0), out var series)) means[series] = row.Number(1);
        return means;
    }

    private static Dictionary<string, int> PlacesOf(IReadOnlyList<string> names) =>
        names.Select((name, place) => (name, place)).ToDictionary(named => named.name, named => named.place);

    private static string? Existing(string path) => File.Exists(path) ? path : File.Exists(path + ".gz") ? path + ".gz" : null;

    private static IEnumerable<LabelRow> Rows(string path, string[] wanted)
    {
        using var text = CsvText.Open(path);
        var head = Line(text) ?? throw new UsageException($"{path} is empty: its first line names the columns.");
        int[] columns = [.. wanted.Select(name => head.IndexOf(name))];
        if (Array.IndexOf(columns, -1) is >= 0 and var missing) throw text.LineFault($"there is no column '{wanted[missing]}'.");
        while (Line(text) is { } cells)
        {
            if (cells is [""]) continue;
            if (cells.Count != head.Count) throw text.LineFault($"{cells.Count} cells where {head.Count} columns are named.");
            yield return new(text, cells, columns, wanted);
        }
    }

    private static List<string>? Line(CsvText text)
    {
        var cells = new List<string>();
        do
        {
            if (!text.TryRead(out var cell)) return cells.Count == 0 ? null : cells;
            cells.Add(cell.Trim().ToString());
        }
        while (!text.EndsLine);
        return cells;
    }

    private readonly record struct LabelRow(CsvText At, List<string> Cells, int[] Columns, string[] Names)
    {
        public string Text(int wanted) => Cells[Columns[wanted]];

        public double Number(int wanted) =>
            double.TryParse(Text(wanted), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? number
                : throw Fault($"{Names[wanted]} {CsvText.Shown(Text(wanted))} is not a number.");

        public UsageException Fault(string what) => At.LineFault(what);
    }
}
