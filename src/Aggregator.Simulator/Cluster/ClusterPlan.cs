namespace Aggregator.Simulator;

/// <summary>What a cluster is made of.</summary>
/// <param name="Key">The operator key; absent: a new one.</param>
/// <param name="Data">Where Redis keeps its log; absent: in a folder that goes with the cluster.</param>
/// <param name="Settings">What every server gets besides.</param>
internal sealed record ClusterPlan(int Silos, int Gateways, string? Key, string? Data, IReadOnlyList<string> Settings);
