using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aggregator.Server.Tests;

/// <summary>What a subscriber received.</summary>
internal sealed record Received(string Path, string Id, long Timestamp, string[] Signatures, string Body, ICollection<string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>A subscriber on a port of its own.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();

    private Receiver(WebApplication app) => _app = app;

    /// <summary>What it answers.</summary>
    public int Answers { get; set; } = 204;

    /// <summary>Headers it answers with.</summary>
    public (string Name, string Value)? Header { get; set; }

    /// <summary>Writes the body of its answer; none: it has no body.</summary>
    public Func<HttpContext, Task>? Body { get; set; }

    /// <summary>What its answers wait for.</summary>
    public Task Way { get; set; } = Task.CompletedTask;

    public IReadOnlyList<Received> All => [.. _received];

    public Uri Address => new(_app.Urls.First());

    public static async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.MapPost("/{**path}", receiver.Take);
        await app.StartAsync();
        return receiver;
    }

    public string Url(string path = "hook") => new Uri(Address, path).ToString();

    /// <summary>Waits until so many messages, pings apart, have come.</summary>
    public async Task<IReadOnlyList<Received>> Messages(int count) =>
        await Eventually.Is($"{count} messages", () => Task.FromResult(Told), told => told.Count >= count, TimeSpan.FromSeconds(20));

    public IReadOnlyList<Received> Told => [.. _received.Where(one => !one.Id.StartsWith("msg_ping_", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task Take(HttpContext http)
    {
        var body = await new StreamReader(http.Request.Body).ReadToEndAsync();
        var headers = http.Request.Headers;
        _received.Enqueue(new(http.Request.Path, headers["webhook-id"]!, long.Parse(headers["webhook-timestamp"]!, System.Globalization.CultureInfo.InvariantCulture),
            headers["webhook-signature"].ToString().Split(' '), body, [.. headers.Keys]));
        await Way;
        if (Header is { } header) http.Response.Headers[header.Name] = header.Value;
        http.Response.StatusCode = Answers;
        if (Body is { } write) await write(http);
    }
}
