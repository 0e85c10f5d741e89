namespace Aggregator.Benchmarks;

/// <summary>From the start of the process until it says that it is ready.</summary>
internal sealed class StartRow() : Row("start", "Start to ready, embedded store")
{
    private const int Services = 40, Regions = 50, Attempts = 20;
    private static readonly TimeSpan FillWithin = TimeSpan.FromMinutes(20);

    private readonly List<(double Seconds, double Size)> _empty = [], _stopped = [], _killed = [];

    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            await using var empty = await RunningServer.Embedded(cancel);
            Note(_empty, "empty", empty);
        }

        await using var server = await RunningServer.Embedded(cancel);
        var bodies = new BulkBodies([.. Names.Services.Take(Services)], [.. Names.Regions.Take(Regions)], reporters: true);
        var reports = await Fill(server, bodies, run.Options.Gigabytes, cancel);
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            if (round > 0) reports += await More(server, bodies, cancel);
            await server.Kill();
            await server.Restart(cancel);
            Note(_killed, "after kill -9", server);
            reports += await More(server, bodies, cancel);
            await server.Stop(cancel);
            await server.Restart(cancel);
            Note(_stopped, "after it was asked to stop", server);
        }

        var table = new Table(Title, $"Reach: 3 s empty, 15 s with 1 GB. The data are {reports:N0} reports of as many reporters over {Services * Regions:N0} series; before every start but the first {BulkBodies.Lines:N0} more.",
            "data directory", "seconds", "MB after the start");
        table.Add("empty", Told(_empty, all => all.Seconds, "0.00"), Told(_empty, all => all.Size, "N0"));
        table.Add("filled, after kill -9", Told(_killed, all => all.Seconds, "0.00"), Told(_killed, all => all.Size, "N0"));
        table.Add("filled, after it was asked to stop", Told(_stopped, all => all.Seconds, "0.00"), Told(_stopped, all => all.Size, "N0"));
        return table;
    }

    private static async Task<long> Fill(RunningServer server, BulkBodies bodies, double gigabytes, CancellationToken cancel)
    {
        var reports = 0L;
        await Patience.Until($"the data directory holds {gigabytes} GB", FillWithin, async () =>
        {
            reports += await More(server, bodies, cancel);
            LoadRun.Say($"start: {reports:N0} reports, {server.Data!.Size / 1e6:N0} MB");
            return server.Data!.Size >= gigabytes * 1e9;
        }, cancel);
        return reports;
    }

    private static async Task<long> More(RunningServer server, BulkBodies bodies, CancellationToken cancel)
    {
        // How fast it takes them is not the question here: a server that is too busy for a moment is asked again, with others.
        for (var attempt = 1; ; attempt++)
        {
            var sent = await BulkLoad.Send(server, bodies.Next(1), cancel);
            if (sent.Errors == 0) return sent.Accepted;
            if (attempt == Attempts) throw new LoadException($"the data could not be made: {sent.Remark}.");
        }
    }

    private static void Note(List<(double, double)> to, string what, RunningServer server)
    {
        to.Add((server.StartTook.TotalSeconds, server.Data!.Size / 1e6));
        LoadRun.Say($"start, {what}: {server.StartTook.TotalSeconds:0.00} s");
    }

    private static string Told(List<(double Seconds, double Size)> all, Func<(double Seconds, double Size), double> what, string format) => Spread.Of(all.Select(what)).Told(format);
}
