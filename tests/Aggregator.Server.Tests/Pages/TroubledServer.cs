namespace Aggregator.Server.Tests;

/// <summary>A server on which Telegram is down in the United States and in Monaco, with an open incident; all else is quiet.</summary>
public sealed class TroubledServer : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    internal RunningServer Server { get; private set; } = null!;

    public string Incident { get; private set; } = "";

    public string Address(string path) => $"{Server.Anybody.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}";

    public async ValueTask InitializeAsync()
    {
        Server = await RunningServer.Start(RunningServer.BelievingProxies);
        var number = 0;
        var spikes = await Eventually.Is("two spikes with an incident", Flood, spikes => spikes.Count(spike => spike.Text("region") is "US" or "MC" && spike.Text("incident") is not null) == 2, Soon);
        Incident = spikes[0].Text("incident")!;

        async Task<JsonElement[]> Flood()
        {
            var lines = new[] { "US", "MC" }.SelectMany(region => Enumerable.Range(0, 40).Select(_ =>
                $$"""{"service":"telegram","region":"{{region}}","symptom":"app","reporter":"r{{number}}","network":"n{{number++}}"}"""));
            await Server.PostLines("/v1/reports", string.Join('\n', lines)).Json(HttpStatusCode.OK);
            return (await Server.Get("/v1/spikes")).List("spikes");
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class OneTroubledServer : ICollectionFixture<TroubledServer>
{
    public const string Name = "One troubled server";
}
