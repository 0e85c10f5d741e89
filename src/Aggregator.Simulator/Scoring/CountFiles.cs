namespace Aggregator.Simulator;

/// <summary>Finds what <c>score</c> is to read: a file, or the count files of a folder.</summary>
internal static class CountFiles
{
    private static readonly string[] NotCounts = ["_labels", "_series", "_networks"];

    /// <exception cref="UsageException">There is none.</exception>
    public static IReadOnlyList<string> At(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new UsageException($"There is no file or folder '{path}'.");

        string[] tables = [.. Directory.EnumerateFiles(path).Where(IsTable).Order(StringComparer.Ordinal)];
        string[] named = [.. tables.Where(table => Stem(table).EndsWith("_counts", StringComparison.OrdinalIgnoreCase))];
        if (named.Length > 0) return named;
        string[] others = [.. tables.Where(table => !NotCounts.Any(ending => Stem(table).EndsWith(ending, StringComparison.OrdinalIgnoreCase)))];
        return others.Length > 0 ? others : throw new UsageException($"In the folder '{path}' there is no *_counts.csv, *_counts.csv.gz or other .csv to score.");
    }

    private static bool IsTable(string path) =>
        path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase);

    private static string Stem(string path) => path[..path.LastIndexOf(".csv", StringComparison.OrdinalIgnoreCase)];
}
