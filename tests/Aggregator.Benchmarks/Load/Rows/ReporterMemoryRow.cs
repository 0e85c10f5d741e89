namespace Aggregator.Benchmarks;

/// <summary>What it takes to know a reporter again within the dedup window.</summary>
internal sealed class ReporterMemoryRow() : Row("reporters", "Memory of one remembered reporter")
{
    private const int Bodies = 10;

    // What a request leaves behind is to be gone.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);

    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        var table = new Table(Title, $"{Bodies * BulkBodies.Lines:N0} reporters by bulk over 100 series, ten of them to a network; their networks and the batches' answers are counted in. Measured once.",
            "where", "bytes per reporter");
        if (Programs.RedisServer is not null)
        {
            await using var onRedis = await RunningServer.OnRedis(cancel);
            table.Add("in Redis (used_memory)", $"{await Growth(onRedis, onRedis.Redis!.UsedMemory, cancel):N0}");
        }

        await using var embedded = await RunningServer.Embedded(cancel);
        table.Add("resident in the server with its embedded store", $"{await Growth(embedded, () => Task.FromResult(embedded.Resident), cancel):N0}");
        return table;
    }

    private static async Task<double> Growth(RunningServer server, Func<Task<long>> bytes, CancellationToken cancel)
    {
        var bodies = new BulkBodies([.. Names.Services.Take(10)], [.. Names.Regions.Take(10)], reporters: true);
        await Send(server, bodies, BulkLoad.AtOnce, cancel);
        var before = await bytes();
        await Send(server, bodies, Bodies, cancel);
        return (await bytes() - before) / (double)(Bodies * BulkBodies.Lines);
    }

    private static async Task Send(RunningServer server, BulkBodies bodies, int count, CancellationToken cancel)
    {
        var sent = await BulkLoad.Send(server, bodies.Next(count), cancel);
        if (sent.Errors > 0 || sent.Accepted < (long)count * BulkBodies.Lines) throw new LoadException($"not all reporters were taken: {sent.Remark}.");
        await Task.Delay(Rest, TimeProvider.System, cancel);
    }
}
