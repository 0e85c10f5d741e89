using System.Globalization;

namespace Aggregator.Domain.Tests;

/// <summary><c>scoreboard.md</c>, the ledger of quality: sections of tables that are read back.</summary>
/// <remarks><c>UPDATE_LEDGERS=1</c> writes each section anew.</remarks>
internal static class Ledger
{
    public static bool IsRewritten => Environment.GetEnvironmentVariable("UPDATE_LEDGERS") == "1";

    private static string File => Path.Combine(Root(), "tests", "Aggregator.Domain.Tests", "scoreboard.md");

    /// <summary>Puts a section in the place of the one with its heading.</summary>
    public static void Write(string heading, IEnumerable<string> lines)
    {
        var all = System.IO.File.ReadAllLines(File).ToList();
        var (from, through) = Section(all, heading);
        all.RemoveRange(from, through - from);
        all.InsertRange(from, ["", .. lines, ""]);
        System.IO.File.WriteAllText(File, string.Join('\n', all).TrimEnd() + "\n");
    }

    /// <summary>A figure of a section, by the first cell of its row and the head of its column.</summary>
    public static double Figure(string heading, string row, string column)
    {
        var all = System.IO.File.ReadAllLines(File).ToList();
        var (from, through) = Section(all, heading);
        string[] head = [];
        foreach (var cells in all[from..through].Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Where(cells => cells.Length > 2))
        {
            if (cells[1] == row && head.Contains(column)) return Read(cells[Array.IndexOf(head, column)]);
            if (cells.Contains(column)) head = cells;
        }

        throw new InvalidOperationException($"scoreboard.md has no figure '{column}' of '{row}' under '{heading}': write it anew with UPDATE_LEDGERS=1.");
    }

    public static string Write(double figure, int digits) =>
        double.IsNaN(figure) ? "-" : double.IsInfinity(figure) ? "missed" : figure.ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static double Read(string cell) => cell switch
    {
        "-" => double.NaN,
        "missed" => double.PositiveInfinity,
        _ => double.Parse(cell, CultureInfo.InvariantCulture),
    };

    // From the line after the heading up to the next one.
    private static (int From, int Through) Section(List<string> lines, string heading)
    {
        var from = lines.IndexOf($"## {heading}") + 1;
        if (from == 0)
        {
            lines.AddRange(["", $"## {heading}"]);
            return (lines.Count, lines.Count);
        }

        var next = lines.FindIndex(from, line => line.StartsWith("## ", StringComparison.Ordinal));
        return (from, next < 0 ? lines.Count : next);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "Aggregator.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
