using System.Collections.Concurrent;
using System.Globalization;

namespace Aggregator.Server.Tests;

/// <summary>What the senders were told is counted: by service and region, to the last report.</summary>
internal sealed class Ledger
{
    public static readonly string[] Services = ["crash-a", "crash-b", "crash-c"];
    public static readonly string[] Regions = ["US", "GB", "IN", "FR", "CA", "JP", "BR"];

    private static readonly TimeSpan AgreesWithin = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<(string Service, string Region), long> _counted = new();

    public long Total => _counted.Values.Sum();

    public void Add(string service, string region, long reports = 1) => _counted.AddOrUpdate((service, region), reports, (_, before) => before + reports);

    /// <summary>Adds what another ledger holds.</summary>
    public void Add(Ledger other)
    {
        foreach (var ((service, region), reports) in other._counted) Add(service, region, reports);
    }

    /// <summary>Every series, and every whole, sums up to what this ledger holds.</summary>
    public Task Agrees(ServerProcess server) => Eventually.Right("the series agree with the ledger", AgreesWithin, async () =>
    {
        var wrong = new List<string>();
        foreach (var service in Services)
        {
            foreach (var region in Regions.Append("ALL"))
            {
                var expected = region == "ALL" ? Regions.Sum(each => Of(service, each)) : Of(service, region);
                var read = await Read(server, service, region);
                if (read != expected) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{service}|{region} has {read}, not {expected}"));
            }
        }

        return wrong.Count == 0 ? null : string.Join(", ", wrong);
    });

    private long Of(string service, string region) => _counted.GetValueOrDefault((service, region));

    private static async Task<long> Read(ServerProcess server, string service, string region)
    {
        using var answer = await server.Http.GetAsync($"/v1/services/{service}/series?region={region}&interval=10s");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("points").EnumerateArray()
            .Select(point => point.GetProperty("reports"))
            .Sum(reports => reports.ValueKind == JsonValueKind.Null ? 0 : reports.GetInt64());
    }
}
