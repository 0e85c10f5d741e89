namespace Aggregator.Simulator;

/// <summary>A labelled span of a seeded set, with the size it was given.</summary>
/// <param name="Episode">The span.</param>
/// <param name="Extra15">Extra reports of its fullest 15 minutes on average; of bots, all of theirs.</param>
/// <param name="Ratio15">The same over the reports that are usual then.</param>
/// <param name="Regional">It struck one region, not the service.</param>
internal sealed record SetLabel(LabelledEpisode Episode, double Extra15 = 0, double Ratio15 = 0, bool Regional = false)
{
    /// <summary>The same, where the service's series begin at this one.</summary>
    public SetLabel Of(int firstSeries) => this with { Episode = Episode with { Series = Episode.Series + firstSeries } };
}
