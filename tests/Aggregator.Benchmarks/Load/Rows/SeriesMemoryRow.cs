using System.Net.Http.Json;

namespace Aggregator.Benchmarks;

/// <summary>What the running server takes for each (service, region) that it counts and judges.</summary>
internal sealed class SeriesMemoryRow() : Row("memory", "Memory of one active (service, region) series in the server, embedded store")
{
    private const int Services = 100, Regions = 200, Series = Services * (Regions + 1);
    private static readonly TimeSpan JudgedWithin = TimeSpan.FromMinutes(5);

    // Long enough that all have closed buckets and minutes, and that what the load left behind has been collected.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(90);

    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        string[] services = [.. Enumerable.Range(0, Services).Select(i => $"benchmark-{i}")];
        string[] regions = [.. Names.Regions.Take(Regions)];
        await using var server = await RunningServer.Embedded(cancel);
        foreach (var service in services)
        {
            using var put = await server.Http.PutAsJsonAsync($"/v1/services/{service}", new { name = service, category = "benchmark", symptoms = new[] { "login" } }, cancel);
            put.EnsureSuccessStatusCode();
        }

        // The same requests about few series first: what requests cost is not what series cost.
        await Send(server, services[..1], regions[..1], cancel);
        await Task.Delay(Rest, TimeProvider.System, cancel);
        var before = server.Resident;
        LoadRun.Say($"memory: {before / 1e6:N0} MB resident with one series");
        await Send(server, services, regions, cancel);
        await Patience.Until("all series have been judged", JudgedWithin, () => AllJudged(server, services, cancel), cancel);
        await Task.Delay(Rest, TimeProvider.System, cancel);
        var after = server.Resident;

        var table = new Table(Title, $"Reach: 12,000 bytes. {Series:N0} series, {Services} of them sums of all regions, on which {5 * BulkBodies.Lines:N0} reports were made by bulk; all judged since. Measured once.",
            "", "bytes");
        table.Add("resident in the server before", $"{before:N0}");
        table.Add("resident in the server after", $"{after:N0}");
        table.Add("growth per series", $"{(after - before) / (double)Series:N0}");
        return table;
    }

    private static async Task Send(RunningServer server, string[] services, string[] regions, CancellationToken cancel)
    {
        var sent = await BulkLoad.Send(server, new BulkBodies(services, regions, reporters: false).Next(5), cancel);
        if (sent.Errors > 0) throw new LoadException($"the series could not be made: {sent.Remark}.");
    }

    private static async Task<bool> AllJudged(RunningServer server, string[] services, CancellationToken cancel)
    {
        foreach (var service in services)
        {
            var answer = await server.Http.GetFromJsonAsync<Answer>($"/v1/services/{service}/regions", cancel);
            if (answer!.Regions.Count < Regions || answer.Regions.Any(region => region.Level == "Unknown")) return false;
        }

        return true;
    }

    private sealed record Answer(IReadOnlyList<Region> Regions);

    private sealed record Region(string Level);
}
