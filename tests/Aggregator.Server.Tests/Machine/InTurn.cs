namespace Aggregator.Server.Tests;

/// <summary>Sends each request to another of several servers, as a load balancer does that knows nothing of their health.</summary>
internal sealed class InTurn(IReadOnlyList<Uri> addresses) : DelegatingHandler(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
{
    private int _turn;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = addresses[(int)((uint)Interlocked.Increment(ref _turn) % (uint)addresses.Count)];
        request.RequestUri = new(address, request.RequestUri!.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}
