using System.Net;
using System.Net.Http.Headers;

namespace Aggregator.Benchmarks;

/// <summary>Dashboards that poll what spikes, and have it already.</summary>
internal sealed class SpikesRow() : Row("spikes", "GET /v1/spikes with a matching If-None-Match")
{
    private static readonly Contender NoOp304 = Contender.NoOp with { Name = "no-op, 304" };
    private static readonly Contender NoOpJson = Contender.NoOp with { Name = "no-op, small JSON" };

    public override async Task<Table> Measure(LoadRun run, CancellationToken cancel)
    {
        var measured = await run.Interleave(Name, [NoOp304, NoOpJson, Contender.Embedded, Contender.OnRedis], async (contender, server) =>
        {
            var path = contender == NoOp304 ? NoOpEndpoint.NotModified : contender == NoOpJson ? NoOpEndpoint.SmallJson : "/v1/spikes";
            var tag = await Tag(server, path, cancel);
            var requests = new RequestSet(HttpMethod.Get, [path], [new("If-None-Match", tag)], [""]);
            await run.Generator.Send(server.Address, requests, run.Options.WarmUp, 0, cancel);
            var sent = await run.Generator.Send(server.Address, requests, run.Options.Time, 0, cancel);
            var status = await Status(server, path, tag, cancel);
            var expected = contender == NoOpJson ? HttpStatusCode.OK : HttpStatusCode.NotModified;
            return new Turn(sent.PerSecond, sent.Errors, status == expected ? $"{sent.Bytes / Math.Max(1, sent.Requests)} bytes an answer" : $"**answers {(int)status}**");
        }, cancel);
        return Comparison.Of(Title, "Reach: 0.85 of a no-op GET.", "requests/s", measured, NoOp304, NoOpJson);
    }

    private static async Task<string> Tag(RunningServer server, string path, CancellationToken cancel)
    {
        using var answer = await server.Http.GetAsync(path, cancel);
        return answer.Headers.ETag?.ToString() ?? "\"none\"";
    }

    private static async Task<HttpStatusCode> Status(RunningServer server, string path, string tag, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { EntityTagHeaderValue.Parse(tag) } } };
        using var answer = await server.Http.SendAsync(request, cancel);
        return answer.StatusCode;
    }
}
