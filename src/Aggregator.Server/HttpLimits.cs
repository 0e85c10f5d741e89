using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aggregator.Server;

/// <summary>How much of the server one client, or one kind of request, may hold: one place for all of it.</summary>
/// <remarks>Not settings: who needs others has a proxy in front. Tests shorten the times.</remarks>
internal sealed class HttpLimits
{
    /// <summary>A client sends the head of its request within this time.</summary>
    public TimeSpan HeadWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>After this time a body has come at least as fast as <see cref="BytesPerSecond"/>, and an answer has been read so.</summary>
    public TimeSpan SlowAtMost { get; set; } = TimeSpan.FromSeconds(5);

    public double BytesPerSecond { get; set; } = 240;

    /// <summary>A connection without a request is kept for this long.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>When the server stops, a request under way, or half a one, has this long to come to its end.</summary>
    public TimeSpan DrainedWithin { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The head of a request: cookies of other sites of a domain and a few proxies' headers fit.</summary>
    public int HeadAtMost { get; set; } = 16 * 1024;

    /// <summary>Idle ones cost about 10 KB each.</summary>
    public int ConnectionsAtMost { get; set; } = 20_000;

    /// <summary>Bulk requests that run at once: enough to fill the store's lanes, and none of the threads that single reports need.</summary>
    public int BulkAtOnce { get; set; } = 8;

    public int HistoriesAtOnce { get; set; } = 2;

    /// <summary>Exports that run at once, each reading one region or page after the other.</summary>
    public int ExportsAtOnce { get; set; } = 4;

    /// <summary>An export that is not over by then is broken off: a slow reader keeps another from its turn.</summary>
    public TimeSpan ExportWithin { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A backup that is not over by then is broken off: the log grows while it is read.</summary>
    public TimeSpan BackupWithin { get; set; } = TimeSpan.FromMinutes(30);

    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.RequestHeadersTimeout = HeadWithin;
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = new(BytesPerSecond, SlowAtMost);
        limits.KeepAliveTimeout = KeepAlive;
        limits.MaxRequestHeadersTotalSize = HeadAtMost;
        limits.MaxConcurrentConnections = ConnectionsAtMost;
    }
}
