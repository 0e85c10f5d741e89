namespace Aggregator.Benchmarks;

/// <summary>Contenders side by side, with their ratios to some of them.</summary>
internal static class Comparison
{
    public static Table Of(string title, string reach, string unit, IReadOnlyList<(Contender Contender, Turn[] Turns)> measured, params IEnumerable<Contender> against)
    {
        var others = measured.Where(row => against.Contains(row.Contender)).ToList();
        var table = new Table(title, reach, ["contender", unit, .. others.Select(other => $"x {other.Contender.Name}"), "errors", "remarks"]);
        foreach (var (contender, turns) in measured)
        {
            var ratios = others.Select(other => other.Contender == contender ? "" : Spread.Of(turns.Zip(other.Turns, (own, its) => own.PerSecond / its.PerSecond)).Told("0.00"));
            var errors = turns.Sum(turn => turn.Errors);
            table.Add([contender.Name, Spread.Of(turns.Select(turn => turn.PerSecond)).Told("N0"), .. ratios, errors == 0 ? "0" : $"**{errors:N0}**", string.Join("; ", turns.Select(turn => turn.Remark).Where(remark => remark.Length > 0).Distinct())]);
        }

        return table;
    }
}
