using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace Aggregator.Server.Tests;

/// <summary>What others rely on is written down in openapi.json: a change of the API is a change of that file.</summary>
/// <remarks><c>UPDATE_LEDGERS=1</c> writes it anew.</remarks>
[Collection(OneServer.Name)]
public sealed class OpenApiLedger(AggregatorFixture fixture)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_API_is_the_one_that_is_written_down()
    {
        var served = JsonNode.Parse(await fixture.Server.Anybody.GetStringAsync("/openapi/v1.json"))!;
        served.AsObject().Remove("servers");
        var text = served.ToJsonString(Readable) + "\n";

        var ledger = Repository.File("src/Aggregator.Server/openapi.json");
        if (Environment.GetEnvironmentVariable("UPDATE_LEDGERS") == "1") await File.WriteAllTextAsync(ledger, text);
        Assert.Equal(await File.ReadAllTextAsync(ledger), text);
    }

    [Theory]
    [InlineData("/v1/services/{service}/reports", "post")]
    [InlineData("/v1/reports", "post")]
    [InlineData("/v1/history", "post")]
    [InlineData("/v1/services", "get")]
    [InlineData("/v1/services/{service}", "get", "put", "delete")]
    [InlineData("/v1/services/{service}/regions", "get")]
    [InlineData("/v1/services/{service}/regions/{region}", "get")]
    [InlineData("/v1/services/{service}/series", "get")]
    [InlineData("/v1/spikes", "get")]
    [InlineData("/v1/incidents", "get")]
    [InlineData("/v1/incidents/{id}", "get")]
    [InlineData("/v1/history/downdetector", "post")]
    [InlineData("/v1/export/series", "get")]
    [InlineData("/v1/export/incidents", "get")]
    [InlineData("/v1/backup", "post")]
    [InlineData("/badge/{service}.svg", "get")]
    [InlineData("/v1/regions", "get")]
    [InlineData("/v1/regions/{region}", "put", "delete")]
    public async Task Every_route_is_described(string path, params string[] methods)
    {
        var paths = (await fixture.Server.Get("/openapi/v1.json")).GetProperty("paths");
        var described = paths.EnumerateObject().Single(one => one.Name.TrimEnd('/') == path).Value;
        Assert.Equal(methods.Order(), described.Names().Order());
        Assert.All(described.EnumerateObject(), operation => Assert.NotEqual("", operation.Value.Text("summary")));
    }
}
