namespace Aggregator.Simulator;

/// <summary>A labelled set that anybody can draw again from its seed.</summary>
/// <param name="Set">The counts by minute from Monday 2026-01-05 00:00 UTC on, and the labels as the yardstick wants them.</param>
/// <param name="Labels">The labels with the sizes that were given.</param>
internal sealed record SeededSet(LabelledSet Set, IReadOnlyList<SetLabel> Labels)
{
    /// <summary>Draws a set; each service has dice of its own.</summary>
    /// <param name="outages">Whether there are outages and bots; without them the ordinary people are the same.</param>
    public static SeededSet Draw(long seed, SetSize size, bool outages = true)
    {
        var services = new (int[][] Counts, double[] Means, IReadOnlyList<SetLabel> Labels)[size.Services];
        Parallel.For(0, size.Services, service => services[service] = new ServiceDraw(seed, service, size, outages).Draw());

        var perService = size.Regions + 1;
        string[] names = [.. Enumerable.Range(0, size.Services * perService).Select(series => Name(series / perService, series % perService))];
        SetLabel[] labels = [.. services.SelectMany((drawn, service) => drawn.Labels.Select(label => label.Of(service * perService)))];
        var set = new LabelledSet(
            names, [.. services.SelectMany(drawn => drawn.Means)], [.. labels.Select(label => label.Episode)],
            TimeSpan.FromMinutes(1), [.. services.SelectMany(drawn => drawn.Counts)]);
        return new(set, labels);

        string Name(int service, int part) => $"s{service:00}.{(part == size.Regions ? "all" : $"r{part}")}";
    }
}
