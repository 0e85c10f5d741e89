using Aggregator.Domain;
using Aggregator.Grains;

namespace Aggregator.Server;

/// <summary>One incident of a group, with all that is to be told of it.</summary>
/// <param name="All">Its changes, oldest first.</param>
internal sealed record HeldIncident(IReadOnlyList<GatheredChange> All)
{
    public GatheredChange Last => All[^1];

    public string Id => Last.Incident;

    public string Service => Last.Service;

    public DateTimeOffset OpenedAt => Last.OpenedAt;

    public bool IsOver => Last.Kind == ChangeKind.Resolved;

    public IReadOnlyList<ChangeKind> Kinds => [.. All.Select(change => change.Kind).Distinct()];

    public IReadOnlyList<string> Regions => [.. All.SelectMany(change => change.Regions).Distinct()];

    /// <summary>The numbers of its worst change.</summary>
    public VerdictDocument Worst => All.Select(change => change.Verdict).MaxBy(verdict => verdict.Observed - verdict.Expected)!;

    public double Excess => Worst.Observed - Worst.Expected;

    public Severity Severity => All.Select(change => Severities.Of(change.Verdict.ToDomain())).Append(Last.Severity).Max();

    public static IEnumerable<HeldIncident> From(IEnumerable<GatheredChange> changes) =>
        changes.GroupBy(change => change.Incident).Select(of => new HeldIncident([.. of.OrderBy(change => change.Sequence)]));
}
