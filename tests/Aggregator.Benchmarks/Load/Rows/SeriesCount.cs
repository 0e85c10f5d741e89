using System.Globalization;
using System.Net.Http.Json;

namespace Aggregator.Benchmarks;

/// <summary>Whether everybody who reads the series sees what was acknowledged as counted.</summary>
internal static class SeriesCount
{
    private static readonly TimeSpan SeenWithin = TimeSpan.FromSeconds(30);

    /// <summary>Nothing where the series hold the count, or will within some seconds.</summary>
    public static async Task<string> Remark(RunningServer server, IEnumerable<string> services, long counted, CancellationToken cancel)
    {
        var seen = 0L;
        try
        {
            await Patience.Until("the series hold what was counted", SeenWithin, async () =>
            {
                seen = 0;
                foreach (var service in services) seen += await Of(server, service, cancel);
                return seen == counted;
            }, cancel);
            return "";
        }
        catch (LoadException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"**series hold {seen:N0} of {counted:N0}**");
        }
    }

    private static async Task<long> Of(RunningServer server, string service, CancellationToken cancel)
    {
        var series = await server.Http.GetFromJsonAsync<Series>($"/v1/services/{service}/series", cancel);
        return series!.Points.Sum(point => point.Reports ?? 0);
    }

    private sealed record Series(IReadOnlyList<Point> Points);

    private sealed record Point(long? Reports);
}
