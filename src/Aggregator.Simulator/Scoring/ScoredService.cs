namespace Aggregator.Simulator;

/// <summary>The columns of one service: its regions and their sum, or a column that stands alone.</summary>
/// <param name="Whole">The column that is the sum of all regions; none where there is no such column.</param>
internal sealed record ScoredService(int? Whole, IReadOnlyList<int> Columns)
{
    private static readonly string[] Sums = ["ALL", "nat", "national", "total"];

    /// <summary>
    /// Columns named like <c>service|region</c>, with <c>|</c>, <c>/</c>, <c>:</c> or <c>.</c> before the region, belong together where one of them is the sum
    /// (<c>ALL</c>, <c>nat</c>, <c>national</c> or <c>total</c>); all others stand alone.
    /// </summary>
    public static IEnumerable<ScoredService> Of(IReadOnlyList<string> names) =>
        names.Select((name, column) => (column, place: name.LastIndexOfAny(['|', '/', ':', '.']), name))
            .GroupBy(series => series.place > 0 ? series.name[..(series.place + 1)] : $"\n{series.column}")
            .SelectMany(group =>
            {
                var sums = group.Where(series => series.place > 0 && Sums.Contains(series.name[(series.place + 1)..], StringComparer.OrdinalIgnoreCase)).ToList();
                return sums.Count == 1
                    ? [new ScoredService(sums[0].column, [.. group.Select(series => series.column).Where(column => column != sums[0].column)])]
                    : group.Select(series => new ScoredService(null, [series.column]));
            });
}
