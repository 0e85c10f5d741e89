namespace Aggregator.Domain;

/// <summary>What one window says.</summary>
/// <param name="Score">How sure, 0 or more.</param>
/// <param name="Observed">Reports in it, nothing trimmed.</param>
/// <param name="Expected">Reports expected in it.</param>
/// <param name="From">Its first bucket.</param>
/// <param name="Through">Its last bucket.</param>
/// <param name="Phi">The overdispersion of counts over such a window.</param>
internal readonly record struct Evidence(double Score, double Observed, double Expected, long From, long Through, double Phi);
