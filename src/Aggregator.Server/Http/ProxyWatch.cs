namespace Aggregator.Server;

/// <summary>Why those behind a proxy cannot be told apart.</summary>
public enum ProxyFault
{
    /// <summary>Headers of a proxy came from an address that <c>ForwardedHeaders:KnownNetworks</c> does not name.</summary>
    Undeclared,

    /// <summary>A known proxy named nobody in the header it sent, or in none that is read.</summary>
    NotUnderstood,

    /// <summary>A known proxy sent no header at all.</summary>
    NotForwarded,
}

/// <summary>Requests with one fault.</summary>
/// <param name="Header">The last header that told of it, or that is missing.</param>
public sealed record ProxySighting(ProxyFault Fault, string Header, long Requests, DateTimeOffset Last);

/// <summary>Counts requests whose client is hidden by a proxy, and says once an hour which setting mends it. Never an address: it may be a person's.</summary>
internal sealed partial class ProxyWatch(Telemetry telemetry, TimeProvider clock, ILogger<ProxyWatch> logger)
{
    private static readonly TimeSpan WarnEvery = TimeSpan.FromHours(1);

    /// <summary>For how long operators are shown what was seen.</summary>
    private static readonly TimeSpan ShowFor = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<ProxyFault, ProxySighting> _seen = [];
    private readonly Dictionary<ProxyFault, DateTimeOffset> _warned = [];

    public void Saw(ProxyFault fault, string header)
    {
        telemetry.Hidden(fault);
        if (!IsToBeSaid(fault, header)) return;

        if (fault == ProxyFault.Undeclared) LogUndeclared(header);
        else if (fault == ProxyFault.NotUnderstood) LogNotUnderstood(header);
        else LogNotForwarded(header);
    }

    /// <summary>What was seen within a day.</summary>
    public IReadOnlyList<ProxySighting> Read()
    {
        var since = clock.GetUtcNow() - ShowFor;
        lock (_lock) return [.. _seen.Values.Where(sighting => sighting.Last > since).OrderBy(sighting => sighting.Fault)];
    }

    private bool IsToBeSaid(ProxyFault fault, string header)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            _seen[fault] = new(fault, header, _seen.TryGetValue(fault, out var before) ? before.Requests + 1 : 1, now);
            if (_warned.TryGetValue(fault, out var warned) && now - warned < WarnEvery) return false;

            _warned[fault] = now;
            return true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Header} came from an address that ForwardedHeaders:KnownNetworks does not name: it is not believed, and everybody behind that proxy "
        + "counts as one reporter. If the proxy is yours, add its network to ForwardedHeaders:KnownNetworks. This is said once an hour.")]
    private partial void LogUndeclared(string header);

    [LoggerMessage(LogLevel.Warning, "A proxy of ForwardedHeaders:KnownNetworks sent a {Header} that names no client: reporters behind it are not told apart, and together have the "
        + "share of one network. Let the proxy send the client's address in X-Forwarded-For. This is said once an hour.")]
    private partial void LogNotUnderstood(string header);

    [LoggerMessage(LogLevel.Warning, "A network of ForwardedHeaders:KnownNetworks sent something without {Header}: if it came through a proxy, everybody behind it counts as one reporter. "
        + "Let the proxy send the header, or take networks that hold no proxy out of ForwardedHeaders:KnownNetworks. This is said once an hour.")]
    private partial void LogNotForwarded(string header);
}
