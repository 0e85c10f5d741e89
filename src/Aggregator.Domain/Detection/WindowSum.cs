namespace Aggregator.Domain;

/// <summary>What one window holds, trimmed of its largest minutes, and what would be expected of it.</summary>
/// <param name="Observed">Reports.</param>
/// <param name="Expected">Reports expected, with the margin within which nothing is said.</param>
/// <param name="Overdispersion">How much counts over such a window scatter beyond chance.</param>
public readonly record struct WindowSum(double Observed, double Expected, double Overdispersion);
