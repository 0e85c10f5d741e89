using System.Net;
using Aggregator.Grains;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Aggregator.Server;

/// <summary>How many reports an address, and the network it is in, may send per minute.</summary>
/// <remarks>
/// Not the framework's rate limiter: that one keeps an object for each address without a bound, and does not see the routes that are answered before it.
/// </remarks>
internal sealed class ReportLimits(IOptions<ReportOptions> options, Telemetry telemetry, TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly RateSketch _reporters = new(options.Value.RatePerReporter, Window, clock);
    private readonly RateSketch _networks = new(options.Value.RatePerNetwork, Window, clock);

    /// <summary>The answer to who has sent too much, with its headers set; null for who may go on.</summary>
    /// <remarks>The reporter first: what one is refused is not charged to its neighbours.</remarks>
    public ProblemHttpResult? Refuse(HttpContext http)
    {
        if (_reporters.Limit == 0 && _networks.Limit == 0) return null;

        // Those without an address are no one reporter, but one network.
        var address = http.Connection.RemoteIpAddress;
        if (address is not null && _reporters.Take(AddressPrefix.Of(address, 32, 64)) is { Ticks: > 0 } wait) return Refuse(http, "reporter", _reporters.Limit, wait);
        if (_networks.Take(AddressPrefix.Of(address ?? IPAddress.None, 24, 48)) is { Ticks: > 0 } rest) return Refuse(http, "network", _networks.Limit, rest);
        return null;
    }

    private ProblemHttpResult Refuse(HttpContext http, string who, int limit, TimeSpan wait)
    {
        telemetry.Limited(who);
        var seconds = Math.Ceiling(wait.TotalSeconds);
        var headers = http.Response.Headers;
        headers.RetryAfter = $"{seconds}";
        headers["RateLimit-Policy"] = $"\"{who}\";q={limit};w={Window.TotalSeconds}";
        headers["RateLimit"] = $"\"{who}\";r=0;t={seconds}";
        return Problems.TooManyReports(who);
    }
}
