namespace Aggregator.Simulator;

/// <summary>Ties the scenario's time to real time: it runs <paramref name="Speed"/> times faster from <paramref name="Live"/> on.</summary>
/// <param name="Start">The scenario's moment at which the replay begins.</param>
/// <param name="Anchor">The real minute up to which the history was told; not after <paramref name="Live"/>.</param>
/// <param name="Live">The real moment at which the live crowd begins.</param>
/// <param name="Speed">Scenario seconds per real second. The crowd is denser by the same factor, in the history too.</param>
internal sealed record ReplayClock(DateTimeOffset Start, DateTimeOffset Anchor, DateTimeOffset Live, double Speed)
{
    public DateTimeOffset ToScenario(DateTimeOffset real) => Start + (real - Live) * Speed;

    public DateTimeOffset ToReal(DateTimeOffset scenario) => Live + (scenario - Start) / Speed;

    /// <summary>The moment of the scenario's week whose ordinary rate holds at a real moment, before the replay and during it.</summary>
    /// <remarks>
    /// Only trouble is hurried; ordinary life goes by the real clock. The aggregator knows ordinary by the real hour of the week,
    /// and a morning that passes ten times too fast would rightly look like an outage.
    /// </remarks>
    public DateTimeOffset ToEveryday(DateTimeOffset real) => Start + (real - Anchor);
}
