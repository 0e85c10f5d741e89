namespace Aggregator.Domain.Tests;

/// <summary>One column of a ledger: how a figure is written, and by how much it may be worse than what is written down.</summary>
/// <param name="Column">Its head.</param>
/// <param name="Of">Where it comes from.</param>
/// <param name="Digits">After the point.</param>
/// <param name="Better">1: larger is better; -1: smaller is; 0: neither.</param>
/// <param name="Slack">So much worse is no drop: another processor's last digits, or fewer trials.</param>
internal sealed record LedgerFigure<T>(string Column, Func<T, double> Of, int Digits, int Better = 0, double Slack = 0)
{
    /// <summary>A sentence where the figure has dropped, nothing where it has not.</summary>
    public string? Drop(string heading, string row, T figures)
    {
        var (now, was) = (Of(figures), Ledger.Figure(heading, row, Column));
        if (Better == 0 || double.IsNaN(was) || now.Equals(was)) return null;

        // What is written down is rounded.
        var slack = Slack + 0.5 * Math.Pow(10, -Digits) + 1e-9;
        var holds = Better > 0 ? now >= was - slack : now <= was + slack;
        return holds ? null : $"{heading}, {row}: {Column} is {Ledger.Write(now, Digits + 2)}, was {Ledger.Write(was, Digits)}";
    }

    public static IEnumerable<string> Table(string first, IReadOnlyList<LedgerFigure<T>> figures, IEnumerable<(string Name, T Row)> rows) =>
    [
        $"| {first} | {string.Join(" | ", figures.Select(figure => figure.Column))} |",
        $"|---|{string.Concat(figures.Select(_ => "---:|"))}",
        .. rows.Select(row => $"| {row.Name} | {string.Join(" | ", figures.Select(figure => Ledger.Write(figure.Of(row.Row), figure.Digits)))} |"),
    ];
}
