namespace Aggregator.Simulator;

/// <summary>One line of <c>POST /v1/reports</c>, and the real moment at which it is due.</summary>
internal sealed record LiveReport(DateTimeOffset Due, string Service, string Region, string? Symptom, string? Reporter, string? Network, int Count = 1);
