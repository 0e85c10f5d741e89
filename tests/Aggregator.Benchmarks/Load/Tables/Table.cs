namespace Aggregator.Benchmarks;

/// <summary>A Markdown table under its title.</summary>
internal sealed class Table(string title, string? note, params IReadOnlyList<string> columns)
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    public void Add(params IReadOnlyList<string> cells) => _rows.Add(cells);

    public override string ToString() => string.Join('\n',
    [
        $"### {title}", "",
        .. note is null ? Array.Empty<string>() : [note, ""],
        Line(columns), Line([.. columns.Select(_ => "---")]),
        .. _rows.Select(Line), "",
    ]);

    private static string Line(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";
}
