namespace Aggregator.Benchmarks;

/// <summary>Many reports in few requests, committed before the answer.</summary>
internal sealed class BulkRow(string name, string title, string reach, int services, int regions, bool reporters) : Row(name, title)
{
    // A line with a reporter is a duplicate the second time, so it is sent once; the others are sent again and again.
    private const int SentAgain = 6, SentOncePerSecond = 4, WarmUp = 6;

    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        var bodies = new BulkBodies([.. Names.Services.Take(services)], [.. Names.Regions.Take(regions)], reporters);
        var warmUp = bodies.Next(WarmUp);
        var nameless = new BulkBodies(bodies.Services, [.. Names.Regions.Take(regions)], reporters: false).Next(SentAgain);
        var measured = bodies.Next(reporters ? SentOncePerSecond * (int)run.Options.Time.TotalSeconds : SentAgain);
        var turns = await run.Interleave(Name, [Contender.Embedded, Contender.OnRedis], async (_, server) =>
        {
            var begun = await BulkLoad.Send(server, Again(nameless), run.Options.WarmUp, cancel);
            var before = await BulkLoad.Send(server, warmUp, cancel);
            var sent = await BulkLoad.Send(server, reporters ? measured : Again(measured), run.Options.Time, cancel);
            var missing = begun.Counted + before.Counted + sent.Counted is { } counted ? await SeriesCount.Remark(server, bodies.Services, counted, cancel) : "";
            return new Turn(sent.PerSecond, begun.Errors + before.Errors + sent.Errors, string.Join(", ", new[] { sent.Remark, missing }.Where(remark => remark.Length > 0)));
        }, cancel);
        return Comparison.Of(Title, $"{reach} {BulkLoad.AtOnce} requests at once, {BulkBodies.Lines:N0} lines each, all keys equally likely.", "reports/s", turns);
    }

    private static IEnumerable<byte[]> Again(byte[][] bodies)
    {
        while (true)
        {
            foreach (var body in bodies) yield return body;
        }
    }
}
